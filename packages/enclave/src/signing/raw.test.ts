import { toHex } from '@holdfast/base/bytes'
import type { SignPayload } from '@holdfast/base/requests/sign'
import type { WalletKey } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import { decodePayload } from './decode.ts'
import { accountOf, privateKeyOf, testCrypto } from './testing/sign-payload.ts'

const publicKey = toHex(testCrypto.secp256k1.publicKey(privateKeyOf(0x46)))
const key = {
  id: 'key_a',
  name: 'a',
  kind: 'secp256k1',
  provenance: 'generated',
  publicKey,
} as unknown as WalletKey
const payload = {
  kind: 'raw',
  key: 'key_a',
  algorithm: 'ecdsa-secp256k1',
  data: '55'.repeat(32),
} as unknown as Extract<SignPayload, { kind: 'raw' }>

const decode = (changes: object, ofKey: object = {}) =>
  decodePayload({
    payload: { ...payload, ...changes },
    key: { ...key, ...ofKey },
    crypto: testCrypto,
  })
const refusal = (...input: Parameters<typeof decode>) => {
  const decoded = decode(...input)
  return decoded.ok ? undefined : decoded.refusal.code
}

describe('raw use', () => {
  it('has the effect unknown, whatever it is', () => {
    const decoded = decode({})
    if (!decoded.ok) throw new Error(decoded.refusal.detail)
    expect(decoded.value.intent).toMatchObject({ chain: 'raw', effects: [{ type: 'unknown' }] })
    expect(decoded.value.tasks[0]?.publicKey).toHaveLength(33)
    const schnorr = decode({ algorithm: 'bip340' })
    expect(schnorr.ok && schnorr.value.tasks[0]?.publicKey.length).toBe(32)
  })

  it('refuses another key, another curve, another length and a seed phrase', () => {
    expect(refusal({ key: 'key_b' })).toBe('wrong_account')
    expect(refusal({ algorithm: 'ed25519' })).toBe('wrong_curve')
    expect(refusal({ data: '55' })).toBe('bad_transaction')
    const { publicKey: _, ...phrase } = key
    expect(decodePayload({ payload, key: phrase, crypto: testCrypto }).ok).toBe(false)
    expect(decodePayload({ payload, crypto: testCrypto }).ok).toBe(false)
  })

  it('names no account of another key, and signs for a seed phrase by a single account', () => {
    const account = accountOf({ chain: 'ethereum', publicKey })
    const ask = (of: object, ofKey: WalletKey = key) => {
      const input = { payload, key: ofKey, crypto: testCrypto }
      const decoded = decodePayload({ ...input, account: { ...account, ...of } })
      return decoded.ok ? 'ok' : decoded.refusal.code
    }
    expect(ask({ key: 'key_a' })).toBe('ok')
    expect(ask({ key: 'key_b' })).toBe('wrong_account')
    const { publicKey: _, ...phrase } = { ...key, kind: 'bip39' as const }
    expect(ask({ key: 'key_a' }, phrase)).toBe('ok')
    expect(ask({ key: 'key_a', chainCode: '00'.repeat(32) }, phrase)).toBe('raw_use_denied')
  })
})
