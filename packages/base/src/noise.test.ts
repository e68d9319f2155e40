import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex, utf8 } from './bytes.ts'
import type { Result } from './errors.ts'
import { answerNoise, startNoise } from './noise.ts'
import { createNoiseCipher } from './noise-cipher.ts'
import { primitives } from './testing/noble-primitives.ts'

/**
 * `Noise_NK_25519_ChaChaPoly_SHA256` of vectors/cacophony.txt in github.com/haskell-cryptography/
 * cacophony, commit 36c1e5c3 (public domain, Unlicense); snow carries the same.
 */
const vector = {
  prologue: '4a6f686e2047616c74',
  initiatorEphemeral: '893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a',
  responderPublicKey: '31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62',
  responderStatic: '4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893',
  responderEphemeral: 'bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b',
  handshake: [
    {
      payload: '4c756477696720766f6e204d69736573',
      message:
        'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944' +
        '8134d00711fdb390a0d178fa008f6d47d2891e5ea18ae136c3b4c23ac384efb0',
    },
    {
      payload: '4d757272617920526f746862617264',
      message:
        '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843' +
        '8ea16e3701bc0d77744f117bee22451c9afa7f4cdbbcff00c04a8ee0913c88',
    },
  ],
  /** In turns, the initiator first. */
  transport: [
    {
      payload: '462e20412e20486179656b',
      message: 'a62de29ce27cb80245d440d986ed816c156e9d757d7008df2198b0',
    },
    {
      payload: '4361726c204d656e676572',
      message: '174a35f11c689f4530d7208618e0564ae12f2f50ba8eb4df5382ff',
    },
    {
      payload: '4a65616e2d426170746973746520536179',
      message: '337e475ebb8eae60f91974c4e455a5af38d1d8628d1803b160d60442874b0a1777',
    },
    {
      payload: '457567656e2042f6686d20766f6e2042617765726b',
      message: '047e80e060b7bb08b53c5a23dfe9920cae135b9d1dc6302fc475003062723700366346ac9d',
    },
  ],
}

const value = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(result.refusal.code)
  return result.value
}
const refused = { ok: false, refusal: { code: 'bad_seal' } }

const prologue = fromHex(vector.prologue)
const initiate = (changes: Partial<Parameters<typeof startNoise>[0]> = {}) =>
  startNoise({
    primitives,
    prologue,
    ephemeralPrivateKey: fromHex(vector.initiatorEphemeral),
    responderPublicKey: fromHex(vector.responderPublicKey),
    payload: fromHex(vector.handshake[0]!.payload),
    ...changes,
  })
const respond = (changes: Partial<Parameters<typeof answerNoise>[0]> = {}) =>
  answerNoise({
    primitives,
    prologue,
    ephemeralPrivateKey: fromHex(vector.responderEphemeral),
    staticPrivateKey: fromHex(vector.responderStatic),
    untrustedMessage: fromHex(vector.handshake[0]!.message),
    reply: () => fromHex(vector.handshake[1]!.payload),
    ...changes,
  })

const connect = () => {
  const initiator = value(initiate())
  const responder = value(respond({ untrustedMessage: initiator.message }))
  const finished = value(initiator.finish(responder.message))
  return { client: finished.channel, enclave: responder.channel, initiator, responder, finished }
}

const changedAt = (bytes: Uint8Array, index: number): Uint8Array => {
  const changed = bytes.slice()
  changed[index]! ^= 1
  return changed
}

describe('Noise NK', () => {
  it('writes the messages of the published vector, in both roles', () => {
    const { client, enclave, initiator, responder, finished } = connect()
    expect(toHex(initiator.message)).toBe(vector.handshake[0]!.message)
    expect(toHex(responder.message)).toBe(vector.handshake[1]!.message)
    expect(toHex(responder.payload)).toBe(vector.handshake[0]!.payload)
    expect(toHex(finished.payload)).toBe(vector.handshake[1]!.payload)
    expect(client.handshakeHash).toEqual(enclave.handshakeHash)
    for (const [index, { payload, message }] of vector.transport.entries()) {
      const [from, to] = index % 2 === 0 ? [client, enclave] : [enclave, client]
      expect(toHex(value(from.send.seal(fromHex(payload))))).toBe(message)
      expect(toHex(value(to.receive.open(fromHex(message))))).toBe(payload)
    }
  })

  it('refuses a first message that was changed anywhere', () => {
    const message = fromHex(vector.handshake[0]!.message)
    for (let index = 0; index < message.length; index += 1) {
      // X25519 ignores the top bit of a key (RFC 7748 §5); the transcript does not.
      const changed = index === 31 ? concat(message) : changedAt(message, index)
      if (index === 31) changed[31]! ^= 0x80
      expect(respond({ untrustedMessage: changed })).toMatchObject(refused)
    }
    expect(respond({ untrustedMessage: message.subarray(0, 47) })).toMatchObject(refused)
    expect(respond({ untrustedMessage: new Uint8Array(48) })).toMatchObject(refused)
    expect(respond({ untrustedMessage: new Uint8Array(65_536) })).toMatchObject(refused)
  })

  it('refuses a reply that was changed, and a second reply', () => {
    const reply = fromHex(vector.handshake[1]!.message)
    for (let index = 0; index < reply.length; index += 1) {
      expect(value(initiate()).finish(changedAt(reply, index))).toMatchObject(refused)
    }
    expect(value(initiate()).finish(new Uint8Array(48))).toMatchObject(refused)
    const initiator = value(initiate())
    expect(initiator.finish(reply).ok).toBe(true)
    expect(initiator.finish(reply)).toMatchObject(refused)
  })

  it('refuses another prologue and another static key', () => {
    expect(respond({ prologue: utf8('other') })).toMatchObject(refused)
    expect(respond({ staticPrivateKey: new Uint8Array(32).fill(3) })).toMatchObject(refused)
    expect(initiate({ responderPublicKey: new Uint8Array(32) })).toMatchObject(refused)
    expect(initiate({ responderPublicKey: new Uint8Array(31) })).toMatchObject(refused)
  })

  it('clears the ephemeral private keys', () => {
    const own = fromHex(vector.initiatorEphemeral)
    const theirs = fromHex(vector.responderEphemeral)
    const initiator = value(initiate({ ephemeralPrivateKey: own }))
    const responder = value(respond({ ephemeralPrivateKey: theirs }))
    initiator.finish(responder.message)
    expect(own).toEqual(new Uint8Array(32))
    expect(theirs).toEqual(new Uint8Array(32))
  })
})

describe('a Noise channel', () => {
  it('opens a frame only in its place and in its direction', () => {
    const { client, enclave } = connect()
    const frames = ['a', 'b', 'c'].map((text) => value(client.send.seal(utf8(text))))
    expect(enclave.receive.open(frames[1]!)).toMatchObject(refused)
    expect(client.receive.open(frames[0]!)).toMatchObject(refused)
    expect(enclave.receive.open(frames[0]!)).toEqual({ ok: true, value: utf8('a') })
    expect(enclave.receive.open(frames[0]!)).toMatchObject(refused)
    expect(enclave.receive.open(changedAt(frames[1]!, 0))).toMatchObject(refused)
    // A frame that does not open leaves the order as it was (Noise §5.1).
    expect(enclave.receive.open(frames[1]!)).toEqual({ ok: true, value: utf8('b') })
    expect(enclave.receive.open(frames[2]!)).toEqual({ ok: true, value: utf8('c') })
    expect(enclave.receive.counter).toBe(3n)
  })

  it('refuses when its nonces are used up', () => {
    const last = createNoiseCipher(primitives, new Uint8Array(32), 2n ** 64n - 2n)
    expect(last.seal(utf8('x')).ok).toBe(true)
    expect(last.seal(utf8('y'))).toMatchObject({ ok: false, refusal: { code: 'limit_reached' } })
    expect(last.open(utf8('y'))).toMatchObject({ ok: false, refusal: { code: 'limit_reached' } })
  })

  it('erases its keys when it is closed', () => {
    const key = new Uint8Array(32).fill(1)
    const cipher = createNoiseCipher(primitives, key)
    cipher[Symbol.dispose]()
    expect(key).toEqual(new Uint8Array(32))
    expect(cipher.seal(utf8('x'))).toMatchObject(refused)
    const { client } = connect()
    client[Symbol.dispose]()
    expect(client.send.seal(utf8('x'))).toMatchObject(refused)
    expect(client.receive.open(new Uint8Array(16))).toMatchObject(refused)
  })
})
