import { type Bytes, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { encodePasskeyProof, type PasskeyProof } from '@holdfast/base/passkey-proof'
import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCrypto } from '../../crypto/create-crypto.ts'
import { createEntropy } from '../../crypto/entropy.ts'
import type { Crypto } from '../../ports/crypto.ts'
import { type SoftwarePasskey, sha256, softwarePasskey } from '../../testing/software-passkey.ts'
import { verifyPasskey } from './verify-passkey.ts'

let crypto: Crypto & Disposable
beforeAll(async () => {
  crypto = await createCrypto({ entropy: createEntropy() })
})
afterAll(() => crypto[Symbol.dispose]())

const challenge = sha256(utf8('a request'))

const judge = (key: SoftwarePasskey, proof: PasskeyProof, over: Bytes = challenge): string => {
  const result = verifyPasskey(crypto, key.credential, over, encodePasskeyProof(proof))
  return result.ok ? 'ok' : result.refusal.code
}

/** What @simplewebauthn/server says of the same assertion. */
const oracle = async (key: SoftwarePasskey, proof: PasskeyProof): Promise<boolean> => {
  const id = key.credential.handle
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          authenticatorData: toBase64Url(proof.authenticatorData),
          clientDataJSON: toBase64Url(proof.clientData),
          signature: toBase64Url(proof.signature),
        },
      },
      expectedChallenge: toBase64Url(challenge),
      expectedOrigin: [...key.credential.origins],
      expectedRPID: key.credential.rpId,
      credential: { id, publicKey: Uint8Array.from(key.cose), counter: 0 },
    })
    return verified
  } catch {
    return false
  }
}

const flags = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10, at: 0x40, ed: 0x80 }
const ok = flags.up | flags.uv
const emptyMap = Uint8Array.of(0xa0)

const key = softwarePasskey()
const synced = softwarePasskey({ backupEligible: true })

/** `ours`: what the enclave refuses though the library does not look. */
const cases: readonly {
  readonly name: string
  readonly code: string
  readonly of: Partial<Parameters<SoftwarePasskey['assert']>[0]>
  readonly key?: SoftwarePasskey
  readonly ours?: true
}[] = [
  { name: 'a good assertion', code: 'ok', of: {} },
  { name: 'a counter', code: 'ok', of: { counter: 7 } },
  { name: 'members that a browser adds', code: 'ok', of: { client: { other_keys: 'grease' } } },
  { name: 'extensions', code: 'ok', of: { flags: ok | flags.ed, more: emptyMap } },
  { name: 'a key that may be copied', code: 'ok', of: { flags: ok | flags.be }, key: synced },
  { name: 'a copied key', code: 'ok', of: { flags: ok | flags.be | flags.bs }, key: synced },
  { name: 'no user verification', code: 'passkey_not_verified', of: { flags: flags.up } },
  { name: 'no user', code: 'passkey_not_present', of: { flags: flags.uv } },
  { name: 'a registration', code: 'passkey_wrong_type', of: { type: 'webauthn.create' } },
  {
    name: 'another challenge',
    code: 'passkey_wrong_challenge',
    of: { challenge: sha256(utf8('another request')) },
  },
  {
    name: 'another origin',
    code: 'passkey_wrong_origin',
    of: { origin: 'https://wallet.example.evil.example' },
  },
  {
    name: 'another port',
    code: 'passkey_wrong_origin',
    of: { origin: 'https://wallet.example:1' },
  },
  {
    name: 'a page in another page',
    code: 'passkey_cross_origin',
    of: { client: { crossOrigin: true, topOrigin: 'https://evil.example' } },
  },
  {
    name: 'a page in another page that is not named',
    code: 'passkey_cross_origin',
    of: { client: { crossOrigin: true } },
    ours: true,
  },
  { name: 'another domain', code: 'passkey_wrong_rp', of: { rpId: 'evil.example' } },
  {
    name: 'a copied key that may not be copied',
    code: 'passkey_backup_changed',
    of: { flags: ok | flags.bs },
  },
  {
    name: 'a key that may be copied all at once',
    code: 'passkey_backup_changed',
    of: { flags: ok | flags.be },
    ours: true,
  },
  { name: 'bytes behind the data', code: 'passkey_malformed', of: { more: emptyMap } },
  {
    name: 'a new key in the data',
    code: 'passkey_malformed',
    of: { flags: ok | flags.at, more: new Uint8Array(18) },
  },
  { name: 'extensions that are missing', code: 'passkey_malformed', of: { flags: ok | flags.ed } },
  {
    name: 'extensions that are no map',
    code: 'passkey_malformed',
    of: { flags: ok | flags.ed, more: Uint8Array.of(0x01) },
  },
]

describe.each(cases)('a passkey that shows $name', ({ code, of, key: other, ours }) => {
  it(`is answered ${code}, as the library agrees`, async () => {
    const proof = (other ?? key).assert({ challenge, ...of })
    expect(judge(other ?? key, proof)).toBe(code)
    expect(await oracle(other ?? key, proof)).toBe(code === 'ok' || ours === true)
  })
})

describe.each(['p256', 'ed25519', 'rs256'] as const)('a passkey of %s', (algorithm) => {
  const passkey = softwarePasskey({ algorithm })
  const good = passkey.assert({ challenge })
  const flipped = (bytes: Bytes, at: number): Bytes =>
    bytes.map((byte, index) => (index === at ? byte ^ (1 << (at % 8)) : byte))

  it('is accepted, by the library too', async () => {
    expect(judge(passkey, good)).toBe('ok')
    expect(await oracle(passkey, good)).toBe(true)
  })

  it.each(['authenticatorData', 'clientData', 'signature'] as const)(
    'is refused with one bit flipped anywhere in its %s',
    async (part) => {
      for (let at = 0; at < good[part].length; at += 1) {
        const proof = { ...good, [part]: flipped(good[part], at) }
        expect(judge(passkey, proof), `byte ${at}`).not.toBe('ok')
        if (at % 16 === 0) expect(await oracle(passkey, proof), `byte ${at}`).toBe(false)
      }
    },
  )

  it('is refused under the key of another', () => {
    const other = softwarePasskey({ algorithm })
    expect(judge(other, good)).toBe('bad_proof')
  })

  it('is refused with its parts cut or lengthened', () => {
    for (const part of ['authenticatorData', 'clientData', 'signature'] as const) {
      const longer = Uint8Array.from([...good[part], 0])
      expect(judge(passkey, { ...good, [part]: good[part].subarray(0, -1) })).not.toBe('ok')
      expect(judge(passkey, { ...good, [part]: longer })).not.toBe('ok')
    }
  })
})

describe('the wire form of a proof', () => {
  it('is refused as no CBOR array of three byte strings', () => {
    const refusal = (text: string): string => {
      const result = verifyPasskey(crypto, key.credential, challenge, text)
      return result.ok ? 'ok' : result.refusal.code
    }
    expect(refusal('')).toBe('passkey_malformed')
    expect(refusal('!')).toBe('passkey_malformed')
    expect(refusal('g'.repeat(6000))).toBe('passkey_malformed')
    const good = encodePasskeyProof(key.assert({ challenge }))
    expect(refusal(good)).toBe('ok')
    expect(refusal(`${good}AAAA`)).toBe('passkey_malformed')
  })

  it('is refused with a key that stands twice in the client data', () => {
    const text = `{"type":"webauthn.get","challenge":"${toBase64Url(challenge)}",`
    const clientData = utf8(`${text}"origin":"https://wallet.example","origin":"https://evil"}`)
    expect(judge(key, { ...key.assert({ challenge }), clientData })).toBe('passkey_malformed')
  })
})
