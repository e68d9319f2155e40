import { toHex, utf8 } from '@holdfast/base/bytes'
import * as fc from 'fast-check'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import {
  decodeOrThrow,
  ethereumAccount,
  privateKeyOf,
  signPayload,
} from '../testing/sign-payload.ts'

const privateKey = privateKeyOf(0x46)
const account = ethereumAccount(privateKey)
const viemAccount = privateKeyToAccount(`0x${toHex(privateKey)}`)

const payloadOf = (message: Uint8Array) =>
  ({ kind: 'ethereum.message', message: toHex(message) }) as const
const effectsOf = (message: Uint8Array) => decodeOrThrow(payloadOf(message), account).intent.effects

describe('personal_sign', () => {
  it('signs as viem does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (message) => {
        const { signed } = signPayload({ payload: payloadOf(message), account, privateKey })
        const expected = await viemAccount.signMessage({ message: { raw: message } })
        expect(signed).toEqual({ kind: 'ethereum.signature', signature: expected.slice(2) })
      }),
      { numRuns: 100 },
    )
  })

  it('shows text to people, and no text that hides or turns itself', () => {
    const { intent } = decodeOrThrow(payloadOf(utf8('Hello, wörld\n👩‍🚀')), account)
    expect(intent).toMatchObject({ effects: [{ type: 'message' }], kind: 'message' })
    expect(intent.details['text']).toBe('Hello, wörld\n👩‍🚀')
    const turned = decodeOrThrow(payloadOf(utf8('pay \u202Enothing')), account)
    expect(turned.intent.details['text']).toBeUndefined()
  })

  it('takes 32 bytes that no one can read for an approval by a smart account', () => {
    expect(effectsOf(new Uint8Array(32).fill(0x9c))[0]?.type).toBe('unknown')
    expect(effectsOf(utf8('thirty-two characters of a text.'))[0]?.type).toBe('message')
    expect(effectsOf(new Uint8Array(31).fill(0x9c))[0]?.type).toBe('message')
  })
})
