import { createHash, createPublicKey, verify } from 'node:crypto'
import { inspect } from 'node:util'
import { fromBase64Url, fromUtf8, toHex, utf8 } from '@holdfast/base/bytes'
import { PersonId } from '@holdfast/base/ids'
import { credential } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import { authorise, challengeOf, credentialOf, generateApiKey, isProofBy } from './credentials.ts'
import { formatApiKey, parseApiKey } from './key-file.ts'

const request = utf8('{"operation":"sign"}')
/** SubjectPublicKeyInfo headers of RFC 8410 §4 and RFC 5480 (compressed point). */
const spki = {
  ed25519: '302a300506032b6570032100',
  p256: '3039301306072a8648ce3d020106082a8648ce3d030107032200',
} as const

describe.each(['ed25519', 'p256'] as const)('an API key (%s)', (algorithm) => {
  it('proves by a signature over the challenge that another library verifies', async () => {
    using key = generateApiKey(algorithm)
    const proof = await authorise(key, 'sign', request)
    const challenge = createHash('sha256')
      .update('holdfast request v1\0sign\0')
      .update(request)
      .digest()
    expect(toHex(challengeOf('sign', request))).toBe(challenge.toString('hex'))
    const publicKey = createPublicKey({
      key: Buffer.concat([Buffer.from(spki[algorithm], 'hex'), key.publicKey]),
      format: 'der',
      type: 'spki',
    })
    const valid = verify(
      algorithm === 'p256' ? 'sha256' : null,
      challenge,
      { key: publicKey, dsaEncoding: 'ieee-p1363' },
      fromBase64Url(proof.signature),
    )
    expect(valid).toBe(true)
  })

  it('does not prove another purpose or other bytes', async () => {
    using key = generateApiKey(algorithm)
    const signature = fromBase64Url((await authorise(key, 'sign', request)).signature)
    expect(isProofBy(key, { purpose: 'sign', request, signature })).toBe(true)
    expect(isProofBy(key, { purpose: 'change', request, signature })).toBe(false)
    expect(isProofBy(key, { purpose: 'sign', request: utf8('{}'), signature })).toBe(false)
  })

  it('is named by the hash of its kind, algorithm and public key', () => {
    using key = generateApiKey(algorithm)
    const hash = createHash('sha256').update(`api-key\0${algorithm}\0`).update(key.publicKey)
    expect(key.id).toBe(`crd_${hash.digest('hex').slice(0, 32)}`)
    const named = credentialOf(key, PersonId('alice'), { name: 'laptop' })
    expect(credential.parse(named)).toEqual(named)
  })

  it('comes back from its file as the same key', () => {
    using key = generateApiKey(algorithm)
    using again = parseApiKey(formatApiKey(key))
    expect(again.id).toBe(key.id)
  })

  it('refuses a file whose key is none of the curve', () => {
    using key = generateApiKey(algorithm)
    const text = fromUtf8(formatApiKey(key))
    const short = text.replace(/"privateKey":"[^"]*"/, '"privateKey":"AAAA"')
    expect(() => parseApiKey(utf8(short))).toThrow('bad_key')
    expect(() => parseApiKey(utf8(text.replace('v1', 'v2')))).toThrow('invalid_field')
  })

  it('neither prints nor serialises its private key, and loses it when disposed', () => {
    const key = generateApiKey(algorithm)
    const bytes = key.privateKey.use((secret) => Uint8Array.from(secret))
    for (const text of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key)]) {
      expect(text).not.toContain(toHex(bytes))
      expect(text).not.toContain([...bytes.subarray(0, 8)].join(', '))
      expect(text).toContain('[secret]')
    }
    key[Symbol.dispose]()
    expect(() => key.sign(new Uint8Array(32))).toThrow('erasure')
  })
})
