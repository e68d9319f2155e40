import { fromHex, toBase64Url, toHex } from '@holdfast/base/bytes'
import { bitcoinNetworks } from '@holdfast/base/chain'
import type { Account, Client, Wallet } from '@holdfast/sdk'
import { base58 } from '@scure/base'
import { HDKey } from '@scure/bip32'
import * as btc from '@scure/btc-signer'
import {
  address,
  appendTransactionMessageInstruction,
  blockhash,
  compileTransactionMessage,
  createTransactionMessage,
  getCompiledTransactionMessageEncoder,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type FundedOutput,
  type Litecoind,
  litecoindProgram,
  startLitecoind,
} from '../support/litecoind.ts'
import { startLiteSvm } from '../support/litesvm.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { accountOf, generated } from '../support/wallets.ts'

const network = 'litecoin-regtest'
const parameters = bitcoinNetworks[network]
const program = litecoindProgram()

let mesh: TestMesh
let client: Client
let wallet: Wallet
beforeAll(async () => {
  mesh = await startMesh()
  client = await mesh.connect()
  const keys = [
    generated(
      'bip39',
      { chain: 'bitcoin', script: 'p2wpkh', network },
      { chain: 'bitcoin', script: 'p2tr', network },
      { chain: 'solana' },
    ),
  ]
  wallet = (await client.createWallet({ name: 'chains', keys })).wallet
}, 120_000)
afterAll(() => mesh?.stop())

/** What a watching wallet derives from the public part of an account. */
const publicKeyAt = ({ publicKey, chainCode }: Account, change: number, index: number) =>
  new HDKey({ publicKey: fromHex(publicKey), chainCode: fromHex(chainCode!) })
    .deriveChild(change)
    .deriveChild(index).publicKey!

const paymentTo = (account: Account, key: Uint8Array) =>
  account.script === 'p2tr'
    ? btc.p2tr(key.slice(1), undefined, parameters)
    : btc.p2wpkh(key, parameters)

const derivation = (account: Account, change: number, index: number) => {
  const path = btc.bip32Path(`${account.path}/${change}/${index}`)
  // The enclave knows its own keys by the path and the key; the fingerprint tells it nothing.
  const der = { fingerprint: 0, path }
  const key = publicKeyAt(account, change, index)
  return account.script === 'p2tr'
    ? { tapBip32Derivation: [[key.slice(1), { hashes: [], der }]] as never }
    : { bip32Derivation: [[key, der]] as never }
}

const [amount, sent, fee] = [1_000_000n, 400_000n, 2000n]

const unsigned = (account: Account, funded: FundedOutput, to: string): Uint8Array => {
  const transaction = new btc.Transaction()
  transaction.addInput({
    txid: funded.txid,
    index: funded.index,
    nonWitnessUtxo: fromHex(funded.transaction),
    ...derivation(account, 0, 0),
  })
  transaction.addOutputAddress(to, sent, parameters)
  transaction.addOutput({
    script: paymentTo(account, publicKeyAt(account, 1, 0)).script,
    amount: amount - sent - fee,
    ...derivation(account, 1, 0),
  })
  return transaction.toPSBT()
}

describe.skipIf(program === undefined)("a node of Bitcoin's family", () => {
  let litecoind: Litecoind
  beforeAll(async () => {
    litecoind = await startLitecoind(program!)
  })
  afterAll(() => litecoind?.[Symbol.asyncDispose]())

  it.each(['p2wpkh', 'p2tr'] as const)('confirms a spend of %s', async (script) => {
    const account = accountOf(wallet, 'bitcoin', script)
    const funded = await litecoind.fund(account.address, amount)
    const to = await litecoind.rpc<string>('getnewaddress')
    const psbt = toBase64Url(unsigned(account, funded, to))
    const { signed, decoded } = await client.sign(
      { wallet: wallet.id, account: account.id },
      { kind: 'bitcoin.psbt', psbt },
    )
    if (signed.kind !== 'bitcoin.psbt') throw new Error('another kind')
    expect(decoded).toMatchObject({
      network,
      fee: String(fee),
      // The change is the account's own and no payment.
      effects: [{ type: 'transfer', to, amount: String(sent) }],
    })
    const raw = signed.transaction!
    expect(await litecoind.rpc('testmempoolaccept', [tampered(raw)])).toMatchObject([
      { allowed: false },
    ])
    expect(await litecoind.rpc('sendrawtransaction', raw)).toBe(signed.id)
    await litecoind.mine(1)
    expect(await litecoind.confirmations(signed.id!)).toBe(1)
  })
})

/** One bit of the first signature is another. */
const tampered = (raw: string): string => {
  const signature = toHex(btc.Transaction.fromRaw(fromHex(raw)).getInput(0).finalScriptWitness![0]!)
  const other = fromHex(signature)
  other[20]! ^= 1
  return raw.replace(signature, toHex(other))
}

describe("Solana's runtime", () => {
  it('executes a transfer that the mesh has signed, and no other', async () => {
    const account = accountOf(wallet, 'solana')
    const chain = startLiteSvm()
    chain.fund(account.address, 10_000_000_000n)
    const recipient = base58.encode(new Uint8Array(32).fill(0xb0))
    const message = transferOf(account.address, recipient, 1_000_000_000n, chain.latestBlockhash())
    const { signed, decoded } = await client.sign(
      { wallet: wallet.id, account: account.id },
      { kind: 'solana.message', message: toBase64Url(message) },
    )
    if (signed.kind !== 'solana.signature') throw new Error('another kind')
    expect(decoded.effects).toMatchObject([
      { type: 'transfer', asset: 'native', to: recipient, amount: '1000000000' },
    ])
    const signature = fromHex(signed.signature)
    const more = transferOf(account.address, recipient, 2_000_000_000n, chain.latestBlockhash())
    expect(chain.send(more, { [account.address]: signature })).toBeDefined()
    expect(chain.send(message, { [account.address]: signature })).toBeUndefined()
    expect(chain.balance(recipient)).toBe(1_000_000_000n)
  })
})

/** By @solana/kit: SystemInstruction::Transfer (2) of so many lamports. */
const transferOf = (from: string, to: string, lamports: bigint, recent: string): Uint8Array => {
  const data = new Uint8Array(12)
  const view = new DataView(data.buffer)
  view.setUint32(0, 2, true)
  view.setBigUint64(4, lamports, true)
  const instruction = {
    programAddress: address('11111111111111111111111111111111'),
    accounts: [
      { address: address(from), role: 3 },
      { address: address(to), role: 1 },
    ],
    data,
  }
  const lifetime = { blockhash: blockhash(recent), lastValidBlockHeight: 1_000_000n }
  const empty = createTransactionMessage({ version: 0 })
  const paid = setTransactionMessageFeePayer(address(from), empty)
  const timed = setTransactionMessageLifetimeUsingBlockhash(lifetime, paid)
  const message = appendTransactionMessageInstruction(instruction, timed)
  const compiled = compileTransactionMessage(message)
  return Uint8Array.from(getCompiledTransactionMessageEncoder().encode(compiled))
}
