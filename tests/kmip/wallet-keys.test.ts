/** Keys of a wallet on a real node, used over TLS by a foreign client: PyKMIP signs with them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromHex } from '@holdfast/base/bytes'
import { PersonId } from '@holdfast/base/ids'
import type { Rule } from '@holdfast/base/policy'
import { defaultPolicy, type Wallet } from '@holdfast/sdk'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { hashTypedData } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdfast } from '../cli/command.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { accountOf, generated, transfer } from '../support/wallets.ts'
import { PyKmip, python } from './pykmip-client.ts'

const typedData = {
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'chainId', type: 'uint256' },
    ],
    Greeting: [{ name: 'text', type: 'string' }],
  },
  primaryType: 'Greeting',
  domain: { name: 'Test', chainId: 31_337 },
  message: { text: 'hello' },
} as const

describe.skipIf(python === undefined)('a wallet key in the hands of PyKMIP', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'holdfast-kmip-wallet-')), 'client')
  const clients: PyKmip[] = []
  let mesh: TestMesh
  let wallet: Wallet

  const client = (version: string): PyKmip => {
    const made = new PyKmip({ folder, address: mesh.node('eu-west').kmip, version })
    clients.push(made)
    return made
  }

  beforeAll(async () => {
    mesh = await startMesh()
    const sdk = await mesh.connect()
    const policy = defaultPolicy({ owners: [PersonId('owner')], kmip: true })
    const signs: Rule = {
      id: 'machines-sign',
      effect: 'allow',
      operations: ['sign'],
      kinds: ['tls-certificate'],
      proof: 'session',
      when: { chains: ['ethereum'] },
    }
    // What typed data does is known of a few types alone; others must be named.
    const greets: Rule = {
      ...signs,
      id: 'machines-greet',
      when: { kinds: ['typed-data'], effects: ['unknown'] },
    }
    const made = await sdk.createWallet({
      name: 'machine',
      keys: [generated('secp256k1', { chain: 'ethereum' })],
      policy: { ...policy, rules: [...policy.rules, signs, greets] },
    })
    wallet = made.wallet
    const words = ['kmip', 'enroll', '--name', 'py', '--wallet', wallet.id, '--out', folder]
    const { code, stderr } = await holdfast(words, { env: { HOLDFAST_DIR: mesh.dir } })
    if (code !== 0) throw new Error(stderr)
  }, 120_000)
  afterAll(async () => {
    for (const one of clients) one[Symbol.dispose]()
    await mesh?.stop()
    rmSync(join(folder, '..'), { recursive: true, force: true })
  }, 60_000)

  const isGood = (der: unknown, digest: Uint8Array): boolean =>
    secp256k1.verify(
      fromHex(String(der)),
      digest,
      fromHex(accountOf(wallet, 'ethereum').publicKey),
      { prehash: false, format: 'der', lowS: true },
    )

  it.each(['1.2', '1.3', '1.4', '2.0'])(
    'signs whole transactions, nothing raw (KMIP %s)',
    async (version) => {
      const py = client(version)
      expect(await py.opened).toEqual({ value: 'open' })
      const { id, address } = accountOf(wallet, 'ethereum')
      expect(await py.ask('locate', { name: address })).toEqual({ value: [id] })
      const payload = transfer(BigInt(Number(version) * 10))
      if (payload.kind !== 'ethereum.transaction') throw new Error('another payload')
      const signed = await py.ask('sign', { id, data: payload.transaction })
      expect(isGood(signed.value, keccak_256(fromHex(payload.transaction)))).toBe(true)
      // A digest passed as data is a signature hash of Bitcoin.
      const raw = await py.ask('sign', { id, data: 'ab'.repeat(32) })
      expect(raw).toEqual({ refused: 'PERMISSION_DENIED' })
      const got = await py.ask('get', { id })
      expect(got.refused).toMatch(/^(PERMISSION_DENIED|NOT_EXTRACTABLE)$/)
      expect(await py.ask('destroy', { id })).toEqual({ refused: 'PERMISSION_DENIED' })
    },
  )

  it('signs typed data of EIP-712 that it sends as JSON', async () => {
    const { id } = accountOf(wallet, 'ethereum')
    const data = Buffer.from(JSON.stringify(typedData)).toString('hex')
    const signed = await client('1.4').ask('sign', { id, data })
    expect(isGood(signed.value, fromHex(hashTypedData(typedData as never).slice(2)))).toBe(true)
  })
})
