/** A passkey in software for tests: what an authenticator and a browser would answer together. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Authorisation, Purpose } from '@holdfast/base/authorisation'
import { challengeInput } from '@holdfast/base/authorisation'
import { type Bytes, concat, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { credentialIdInput } from '@holdfast/base/credential-id'
import { CredentialId, PersonId } from '@holdfast/base/ids'
import { encodePasskeyProof, type PasskeyProof } from '@holdfast/base/passkey-proof'
import type { PasskeyCredential } from '@holdfast/base/wallet'
import { encode } from 'cborg'

export type AssertionOptions = {
  readonly challenge: Bytes
  readonly rpId?: string
  readonly origin?: string
  readonly type?: string
  /** Bits of WebAuthn §6.1; default UP, UV, and BE where the key may be copied. */
  readonly flags?: number
  readonly counter?: number
  /** More members of the client data. */
  readonly client?: object
  /** More bytes of the authenticator data. */
  readonly more?: Bytes
}

export type SoftwarePasskey = {
  readonly credential: PasskeyCredential
  /** COSE_Key (RFC 9052 §7), as an attestation would bring it. */
  readonly cose: Bytes
  assert(options: AssertionOptions): PasskeyProof
  authorise(purpose: Purpose, request: Bytes): Authorisation
}

export const sha256 = (...parts: readonly Bytes[]): Bytes =>
  new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  )

const pairs = {
  p256: () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  ed25519: () => generateKeyPairSync('ed25519'),
  rs256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
}

const number = (key: KeyObject, name: 'x' | 'y' | 'n' | 'e'): Bytes =>
  fromBase64Url((key.export({ format: 'jwk' }) as Record<string, string>)[name] as string)

/** The key in the wallet's form, and as COSE. */
const forms = {
  p256: (key: KeyObject) => {
    const [x, y] = [number(key, 'x'), number(key, 'y')]
    const map: [number, unknown][] = [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, x],
      [-3, y],
    ]
    return { publicKey: concat(Uint8Array.of(2 + ((y.at(-1) as number) & 1)), x), map }
  },
  ed25519: (key: KeyObject) => {
    const x = number(key, 'x')
    const map: [number, unknown][] = [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, x],
    ]
    return { publicKey: x, map }
  },
  rs256: (key: KeyObject) => {
    const map: [number, unknown][] = [
      [1, 3],
      [3, -257],
      [-1, number(key, 'n')],
      [-2, number(key, 'e')],
    ]
    return { publicKey: new Uint8Array(key.export({ format: 'der', type: 'spki' })), map }
  },
}

const word = (value: number): Bytes => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** A fresh key each time; its counter stays 0 unless `counter` says otherwise. */
export const softwarePasskey = (
  options: {
    readonly person?: string
    readonly algorithm?: PasskeyCredential['algorithm']
    readonly rpId?: string
    readonly origins?: readonly string[]
    readonly backupEligible?: boolean
    readonly counter?: () => number
  } = {},
): SoftwarePasskey => {
  const { person = 'alice', algorithm = 'p256', rpId = 'wallet.example' } = options
  const { origins = [`https://${rpId}`], backupEligible = false } = options
  const pair = pairs[algorithm]()
  const { publicKey, map } = forms[algorithm](pair.publicKey)
  const named = { kind: 'passkey', algorithm, publicKey: toBase64Url(publicKey) } as const
  const id = CredentialId.of(sha256(credentialIdInput(named)).subarray(0, 16))
  const handle = toBase64Url(sha256(publicKey))
  const assert = (of: AssertionOptions): PasskeyProof => {
    const client = {
      type: of.type ?? 'webauthn.get',
      challenge: toBase64Url(of.challenge),
      origin: of.origin ?? origins[0],
      crossOrigin: false,
      ...of.client,
    }
    const clientData = utf8(JSON.stringify(client))
    const flags = of.flags ?? (backupEligible ? 0x0d : 0x05)
    const authenticatorData = concat(
      sha256(utf8(of.rpId ?? rpId)),
      Uint8Array.of(flags),
      word(of.counter ?? options.counter?.() ?? 0),
      of.more ?? new Uint8Array(),
    )
    const message = concat(authenticatorData, sha256(clientData))
    const digest = algorithm === 'ed25519' ? null : 'sha256'
    const signature = new Uint8Array(sign(digest, message, pair.privateKey))
    return { authenticatorData, clientData, signature }
  }
  return {
    credential: {
      ...named,
      id,
      person: PersonId(person),
      handle,
      rpId,
      origins: [...origins],
      backupEligible,
    },
    cose: encode(new Map(map)),
    assert,
    authorise: (purpose, request) => ({
      credential: id,
      purpose,
      signature: encodePasskeyProof(
        assert({ challenge: sha256(challengeInput(purpose, request)) }),
      ),
    }),
  }
}
