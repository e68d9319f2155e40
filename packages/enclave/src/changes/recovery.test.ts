import type { ExportAnswer, MarkAnswer, WalletAnswer } from '@holdfast/base/answers'
import { challengeInput } from '@holdfast/base/authorisation'
import { exportInfo } from '@holdfast/base/backup/exported-key'
import { exportedKey } from '@holdfast/base/backup/vault'
import { fromBase64Url, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { parseCbor } from '@holdfast/base/cbor'
import { openHpke } from '@holdfast/base/hpke'
import { PersonId } from '@holdfast/base/ids'
import { encodePasskeyProof } from '@holdfast/base/passkey-proof'
import type { Policy } from '@holdfast/base/policy'
import type { Wallet } from '@holdfast/base/wallet'
import { privateKeyToAccount } from 'viem/accounts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { codeOf, must, signRequest, until } from '../testing/core-world.ts'
import { sha256, softwarePasskey } from '../testing/software-passkey.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet, walletRequest } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
let guards: TestKey[]
let wallet: Wallet
const zones = ['eu-west', 'us-east', 'ap-south'] as const
const core = (zone: string): Core => mesh.node(zone).core
const hourMs = 3_600_000
const delayMs = 48 * hourMs

const policy: Policy = {
  format: 'holdfast policy v1',
  changes: { quorum: 1, delayMs: 24 * hourMs },
  recovery: { persons: ['g1', 'g2', 'g3'].map(PersonId), quorum: 2, delayMs },
  rules: [{ id: 'owner', effect: 'allow', operations: ['*'], persons: [PersonId('alice')] }],
}

const request = (operation: string, rest: object = {}) =>
  walletRequest(mesh, wallet, operation, rest)
/** Whoever is left may look. */
let reader: TestKey
const show = async (zone = 'eu-west'): Promise<Wallet> =>
  must(await send<WalletAnswer>(core(zone), request('wallet.show'), 'read', [reader])).wallet
const pass = async (ms: number): Promise<void> => {
  mesh.advance(ms)
  for (const zone of zones) await core(zone).tick()
}
const baseOf = ({ epoch, version }: Wallet) => ({ epoch, version })
const changed = (keys: readonly TestKey[], enrolled: readonly TestKey[], asked: object) => {
  const enrol = enrolled.map((key) => ({
    ...key,
    authorise: (_purpose: unknown, of: Uint8Array) => key.authorise('enrol', of),
  }))
  const bytes = utf8(JSON.stringify(asked))
  return send<WalletAnswer>(core('eu-west'), bytes, 'change', [...keys, ...enrol])
}

beforeEach(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
  reader = alice
  guards = ['g1', 'g2', 'g3'].map((name) => testKey(mesh, name))
  const keys = [alice, ...guards]
  const created = await enrolWallet(mesh, keys, {
    policy,
    persons: keys.map(({ credential }) => ({
      id: credential.person,
      owner: credential.person === 'alice',
    })),
  })
  wallet = created.wallet
})
afterEach(() => mesh.stop())

describe('the recovery of lost credentials', () => {
  const fresh = (): TestKey => testKey(mesh, 'alice', 'p256')
  const recover = async (by: readonly TestKey[], enrolled = [fresh()]) =>
    changed(
      by,
      enrolled,
      request('wallet.recover', {
        base: baseOf(await show()),
        credentials: [fresh().credential],
        remove: [alice.credential.id],
      }),
    )
  const canSign = async (key: TestKey): Promise<string> =>
    codeOf(await send(core('eu-west'), signRequest(mesh, wallet), 'sign', [key]))

  it('needs the guardians’ quorum, and the proof of the new key', async () => {
    const [g1, g2] = guards as [TestKey, TestKey]
    expect(codeOf(await recover([g1]))).toBe('quorum_not_met')
    expect(codeOf(await recover([alice]))).toBe('policy_denied')
    expect(codeOf(await recover([g1, g2], []))).toBe('unauthenticated')
    expect(codeOf(await recover([g1, g2]))).toBe('ok')
  })

  it('enrols a passkey by its own proof, domain and origins alone', async () => {
    const [g1, g2] = guards as [TestKey, TestKey]
    const key = softwarePasskey()
    const { credential } = key
    const asked = async (listed: object, enrolled: TestKey) =>
      codeOf(
        await changed(
          [g1, g2],
          [enrolled],
          request('wallet.recover', {
            base: baseOf(await show()),
            credentials: [{ ...credential, ...listed }],
            remove: [],
          }),
        ),
      )
    const by = (options: object): TestKey => ({
      ...key,
      authorise: (_purpose, bytes) => {
        const challenge = sha256(challengeInput('enrol', bytes))
        const proof = encodePasskeyProof(key.assert({ challenge, ...options }))
        return { credential: credential.id, purpose: 'enrol', signature: proof }
      },
    })
    expect(await asked({}, by({ challenge: sha256(utf8('other bytes')) }))).toBe(
      'passkey_wrong_challenge',
    )
    expect(await asked({}, by({ origin: 'https://evil.example' }))).toBe('passkey_wrong_origin')
    expect(await asked({}, by({ rpId: 'evil.example' }))).toBe('passkey_wrong_rp')
    const foreign = { origins: [...credential.origins, 'https://evil.example'] }
    expect(await asked(foreign, key)).toBe('invalid_field')
    expect(await asked({}, key)).toBe('ok')
  })

  it('takes effect after its delay: the new key signs, and the lost one does no more', async () => {
    const [g1, g2] = guards as [TestKey, TestKey]
    must(await recover([g1, g2]))
    await pass(delayMs - hourMs)
    expect(await canSign(alice)).toBe('ok')
    expect(await canSign(fresh())).toBe('unauthenticated')
    await pass(2 * hourMs)
    expect(await canSign(fresh())).toBe('ok')
    expect(await canSign(alice)).toBe('unauthenticated')
  })

  it('is stopped by a living credential at any zone', async () => {
    const [g1, g2] = guards as [TestKey, TestKey]
    must(await recover([g1, g2]))
    const named = (await show()).pending?.[0]?.request ?? ''
    await until(async () => (await show('ap-south')).pending?.[0]?.request === named)
    const cancel = request('change.cancel', { change: named })
    must(await send<MarkAnswer>(core('ap-south'), cancel, 'change', [alice]))
    await pass(delayMs + hourMs)
    expect(await canSign(fresh())).toBe('unauthenticated')
    expect(await canSign(alice)).toBe('ok')
  })

  it('goes on while the wallet is frozen, which its owner may be unable to lift', async () => {
    const [g1, g2] = guards as [TestKey, TestKey]
    must(await send(core('eu-west'), request('wallet.freeze'), 'change', [alice]))
    must(await recover([g1, g2]))
    await pass(delayMs + hourMs)
    reader = fresh()
    const ids = (await show()).credentials.map(({ id }) => id)
    expect(ids).toContain(fresh().credential.id)
    expect(ids).not.toContain(alice.credential.id)
  })
})

describe('the export of a key', () => {
  const recipientKey = (): Uint8Array => mesh.crypto.sha256(utf8('test key of a recipient'))
  const exporting = async (by: readonly TestKey[], rest: object = {}) => {
    const recipient = toBase64Url(mesh.crypto.x25519.publicKey(recipientKey()))
    const asked = utf8(
      JSON.stringify(
        request('key.export', {
          base: baseOf(await show()),
          key: wallet.keys[0]?.id,
          recipient,
          ...rest,
        }),
      ),
    )
    const name = toHex(mesh.crypto.sha256(asked))
    return { name, answer: await send<WalletAnswer>(core('eu-west'), asked, 'change', by) }
  }
  const fetch = (name: string, key = alice, zone = 'us-east') =>
    send<ExportAnswer>(core(zone), request('export.fetch', { export: name }), 'change', [key])

  it('waits for its delay, and is then sealed to the recipient alone', async () => {
    const { name, answer } = await exporting([alice])
    expect(must(answer).wallet.exports).toBeUndefined()
    expect(codeOf(await fetch(name))).toBe('unknown')
    await pass(25 * hourMs)
    await until(async () => (await show('us-east')).exports?.[0]?.request === name)
    const sealed = must(await fetch(name))
    const opened = openHpke({
      primitives: mesh.crypto,
      recipientPrivateKey: recipientKey(),
      sealed: {
        encapsulation: fromBase64Url(sealed.encapsulation),
        ciphertext: fromBase64Url(sealed.ciphertext),
      },
      info: exportInfo({ mesh: mesh.mesh, wallet: wallet.id, request: name }),
    })
    if (!opened.ok) throw new Error(opened.refusal.detail)
    const key = parseCbor(exportedKey, opened.value)
    const { address } = privateKeyToAccount(`0x${toHex(key.secret)}`)
    expect(address).toBe(wallet.accounts[0]?.address)
  })

  it('is an owner’s right, where a rule allows it and nobody has frozen the wallet', async () => {
    expect(codeOf((await exporting([guards[0] as TestKey])).answer)).toBe('policy_denied')
    const { name, answer } = await exporting([alice])
    must(answer)
    await pass(25 * hourMs)
    await until(async () => (await show('us-east')).exports?.[0]?.request === name)
    expect(codeOf(await fetch(name, guards[0]))).toBe('policy_denied')
    must(await send(core('us-east'), request('wallet.freeze'), 'change', [alice]))
    expect(codeOf(await fetch(name))).toBe('frozen')
  })

  it('refuses keys of another wallet and recipients that are none', async () => {
    const other = { key: `key_${'00'.repeat(16)}` }
    expect(codeOf((await exporting([alice], other)).answer)).toBe('invalid_field')
    const { name, answer } = await exporting([alice], { recipient: 'A'.repeat(43) })
    must(answer)
    await pass(25 * hourMs)
    await until(async () => (await show('us-east')).exports?.[0]?.request === name)
    expect(codeOf(await fetch(name))).toBe('bad_seal')
  })
})
