import { toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { base58 } from '@scure/base'
import {
  type Address,
  compileOffchainMessageEnvelope,
  type OffchainMessageApplicationDomain,
  OffchainMessageContentFormat,
  type OffchainMessageV0,
} from '@solana/kit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accountOf,
  decodeOrThrow,
  privateKeyOf,
  refusalOf,
  testCrypto,
} from '../testing/sign-payload.ts'

const publicKey = testCrypto.ed25519.publicKey(privateKeyOf(0x51))
const own = base58.encode(publicKey) as Address
const account = accountOf({ chain: 'solana', publicKey: toHex(publicKey), address: own })

const payloadOf = (message: Uint8Array) =>
  ({ kind: 'solana.off-chain', message: toBase64Url(message) }) as const

const kitBytes = (text: string, format: OffchainMessageContentFormat): Uint8Array =>
  Uint8Array.from(
    compileOffchainMessageEnvelope({
      version: 0,
      applicationDomain: '1'.repeat(32) as OffchainMessageApplicationDomain,
      requiredSignatories: [{ address: own }],
      content: { format, text },
    } as unknown as OffchainMessageV0).content,
  )

const { RESTRICTED_ASCII_1232_BYTES_MAX, UTF8_1232_BYTES_MAX, UTF8_65535_BYTES_MAX } =
  OffchainMessageContentFormat

describe('Solana off-chain messages', () => {
  it('puts before the message what @solana/kit puts before it', () => {
    const text = fc.oneof(
      fc.string({ minLength: 1, maxLength: 1000 }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
    )
    fc.assert(
      fc.property(text, (message) => {
        const ascii = /^[ -~]+$/.test(message)
        const format = ascii ? RESTRICTED_ASCII_1232_BYTES_MAX : UTF8_1232_BYTES_MAX
        const { tasks, intent } = decodeOrThrow(payloadOf(utf8(message)), account)
        expect(toHex(tasks[0]!.data)).toBe(toHex(kitBytes(message, format)))
        expect(intent.effects).toEqual([{ type: 'message' }])
      }),
      { numRuns: 100 },
    )
    const long = 'é'.repeat(2000)
    const { tasks } = decodeOrThrow(payloadOf(utf8(long)), account)
    expect(toHex(tasks[0]!.data)).toBe(toHex(kitBytes(long, UTF8_65535_BYTES_MAX)))
  })

  it('begins with a byte that no transaction begins with', () => {
    const { tasks } = decodeOrThrow(payloadOf(utf8('hello')), account)
    const message = toBase64Url(tasks[0]!.data)
    expect(refusalOf({ kind: 'solana.message', message }, account)).toBe('bad_transaction')
  })

  it('refuses what is empty, too long or no text', () => {
    expect(refusalOf(payloadOf(new Uint8Array()), account)).toBe('bad_transaction')
    expect(refusalOf(payloadOf(new Uint8Array(65_536).fill(97)), account)).toBe('bad_transaction')
    expect(refusalOf(payloadOf(Uint8Array.of(0xc3)), account)).toBe('bad_transaction')
  })
})
