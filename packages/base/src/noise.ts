/**
 * Noise_NK_25519_ChaChaPoly_SHA256 (Noise rev 34): the client knows the enclave's key from its
 * evidence and stays anonymous; both give an ephemeral key.
 *
 *     NK:  <- s   ...   -> e, es   <- e, ee
 */
import { type Bytes, concat } from './bytes.ts'
import { accept, type Result, refuse } from './errors.ts'
import type { ExchangePrimitives } from './exchange-primitives.ts'
import type { NoiseCipher } from './noise-cipher.ts'
import { createNoiseSymmetric, type NoiseSymmetric } from './noise-symmetric.ts'

export const noiseProtocol = 'Noise_NK_25519_ChaChaPoly_SHA256'

/** A handshake message is a public key, then a payload with its tag; 65,535 bytes (§3) bound it. */
const publicKeyBytes = 32
const tagBytes = 16
const messageBytesMax = 65_535

export type NoiseChannel = Disposable & {
  /** Both sides have the same; it stands for the whole transcript (§11.2). */
  readonly handshakeHash: Bytes
  readonly send: NoiseCipher
  readonly receive: NoiseCipher
}

type Common = {
  readonly primitives: ExchangePrimitives
  /** Bytes that both sides must have in common. */
  readonly prologue: Bytes
  /** 32 fresh random bytes; taken over and cleared. */
  readonly ephemeralPrivateKey: Bytes
}

const start = (input: Common, responderPublicKey: Bytes): NoiseSymmetric => {
  const symmetric = createNoiseSymmetric(input.primitives, noiseProtocol)
  symmetric.mixHash(input.prologue)
  symmetric.mixHash(responderPublicKey)
  return symmetric
}

/** MixKey(DH(…)). A point of small order would make the key known to all: refused (§12.1). */
const mixAgreed = (
  { x25519 }: ExchangePrimitives,
  symmetric: NoiseSymmetric,
  keys: { readonly privateKey: Bytes; readonly publicKey: Bytes },
): Result<undefined> => {
  const agreed = x25519.agree(keys)
  if (agreed === undefined) return refuse('bad_seal', 'a key of the handshake has small order')
  symmetric.mixKey(agreed)
  agreed.fill(0)
  return accept(undefined)
}

const channel = (symmetric: NoiseSymmetric, role: 'initiator' | 'responder'): NoiseChannel => {
  const handshakeHash = symmetric.handshakeHash()
  const [first, second] = symmetric.split()
  return {
    handshakeHash,
    send: role === 'initiator' ? first : second,
    receive: role === 'initiator' ? second : first,
    [Symbol.dispose]: () => {
      first[Symbol.dispose]()
      second[Symbol.dispose]()
    },
  }
}

const hasLength = (message: Bytes): boolean =>
  message.length >= publicKeyBytes + tagBytes && message.length <= messageBytesMax

export type NoiseInitiator = {
  /** `→ e, es` and the payload, to be sent. */
  readonly message: Bytes
  /** Reads `← e, ee`. Refuses with `bad_seal` what the enclave of that key did not write. */
  finish(untrustedReply: Bytes): Result<{ readonly channel: NoiseChannel; readonly payload: Bytes }>
}

/**
 * The client's side. The payload of the first message is readable by whoever takes the enclave's
 * key later: no secret goes there. `finish` may be called once.
 *
 *     const started = startNoise({ primitives, prologue, ephemeralPrivateKey, responderPublicKey })
 */
export const startNoise = (
  input: Common & { readonly responderPublicKey: Bytes; readonly payload?: Bytes },
): Result<NoiseInitiator> => {
  const { primitives, ephemeralPrivateKey, responderPublicKey } = input
  if (responderPublicKey.length !== publicKeyBytes) {
    return refuse('bad_seal', 'a sealing key has 32 bytes')
  }
  const symmetric = start(input, responderPublicKey)
  const ephemeral = primitives.x25519.publicKey(ephemeralPrivateKey)
  symmetric.mixHash(ephemeral)
  const mixed = mixAgreed(primitives, symmetric, {
    privateKey: ephemeralPrivateKey,
    publicKey: responderPublicKey,
  })
  if (!mixed.ok) return mixed
  const sealed = symmetric.encryptAndHash(input.payload ?? new Uint8Array(0))
  if (!sealed.ok) return sealed
  let waiting = true

  const finish: NoiseInitiator['finish'] = (reply) => {
    if (!waiting) return refuse('bad_seal', 'the handshake is over')
    waiting = false
    if (!hasLength(reply)) return refuse('bad_seal', 'not a handshake message')
    const publicKey = reply.subarray(0, publicKeyBytes)
    symmetric.mixHash(publicKey)
    const agreed = mixAgreed(primitives, symmetric, {
      privateKey: ephemeralPrivateKey,
      publicKey,
    })
    ephemeralPrivateKey.fill(0)
    if (!agreed.ok) return agreed
    const payload = symmetric.decryptAndHash(reply.subarray(publicKeyBytes))
    if (!payload.ok) return payload
    return accept({ channel: channel(symmetric, 'initiator'), payload: payload.value })
  }
  return accept({ message: concat(ephemeral, sealed.value), finish })
}

/** What the enclave makes of a first message. */
export type NoiseResponse = {
  readonly channel: NoiseChannel
  /** The payload of the first message: it may have been replayed. */
  readonly payload: Bytes
  /** `← e, ee` and the reply's payload, to be sent. */
  readonly message: Bytes
}

/** The enclave's side. `reply` chooses the payload after the client's was read. */
export const answerNoise = (
  input: Common & {
    readonly staticPrivateKey: Bytes
    readonly untrustedMessage: Bytes
    readonly reply?: (payload: Bytes) => Bytes
  },
): Result<NoiseResponse> => {
  const { primitives, ephemeralPrivateKey, staticPrivateKey, untrustedMessage } = input
  if (!hasLength(untrustedMessage)) return refuse('bad_seal', 'not a handshake message')
  const symmetric = start(input, primitives.x25519.publicKey(staticPrivateKey))
  const publicKey = untrustedMessage.slice(0, publicKeyBytes)
  symmetric.mixHash(publicKey)
  const first = mixAgreed(primitives, symmetric, { privateKey: staticPrivateKey, publicKey })
  if (!first.ok) return first
  const payload = symmetric.decryptAndHash(untrustedMessage.subarray(publicKeyBytes))
  if (!payload.ok) return payload

  const ephemeral = primitives.x25519.publicKey(ephemeralPrivateKey)
  symmetric.mixHash(ephemeral)
  const second = mixAgreed(primitives, symmetric, { privateKey: ephemeralPrivateKey, publicKey })
  ephemeralPrivateKey.fill(0)
  if (!second.ok) return second
  const sealed = symmetric.encryptAndHash(input.reply?.(payload.value) ?? new Uint8Array(0))
  if (!sealed.ok) return sealed
  return accept({
    channel: channel(symmetric, 'responder'),
    payload: payload.value,
    message: concat(ephemeral, sealed.value),
  })
}
