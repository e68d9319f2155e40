import { concat, fromHex, toBase64Url, toHex } from '@holdfast/base/bytes'
import { base58 } from '@scure/base'
import { describe, expect, it } from 'vitest'
import {
  accountOf,
  privateKeyOf,
  signPayload,
  testCrypto,
} from '../../packages/enclave/src/signing/testing/sign-payload.ts'
import { startLiteSvm } from '../support/litesvm.ts'

const privateKey = privateKeyOf(0x51)
const publicKey = testCrypto.ed25519.publicKey(privateKey)
const own = base58.encode(publicKey)
const account = accountOf({ chain: 'solana', publicKey: toHex(publicKey), address: own })
const recipientKey = new Uint8Array(32).fill(0xb0)
const recipient = base58.encode(recipientKey)
const system = new Uint8Array(32)
const lamports = 1_000_000_000n

const little = (value: bigint, bytes: number) =>
  Uint8Array.from({ length: bytes }, (_, at) => Number((value >> BigInt(8 * at)) & 255n))

/** SystemInstruction::Transfer from the account to the recipient. */
const transferMessage = (version: 'legacy' | 0, blockhash: string, amount: bigint) => {
  const accounts = concat(publicKey, recipientKey, system)
  const header = Uint8Array.of(1, 0, 1, 3)
  const data = concat(little(2n, 4), little(amount, 8))
  const instruction = concat(Uint8Array.of(1, 2, 2, 0, 1, data.length), data)
  const body = concat(header, accounts, base58.decode(blockhash), instruction)
  return version === 0 ? concat(Uint8Array.of(0x80), body, Uint8Array.of(0)) : body
}

const sign = (message: Uint8Array): Uint8Array => {
  const payload = { kind: 'solana.message', message: toBase64Url(message) } as const
  const { signed } = signPayload({ payload, account, privateKey })
  if (signed.kind !== 'solana.signature') throw new Error('another kind')
  return fromHex(signed.signature)
}

describe("Solana's runtime", () => {
  it.each(['legacy', 0] as const)('executes a signed %s transfer', (version) => {
    const chain = startLiteSvm()
    chain.fund(own, 10n * lamports)
    const message = transferMessage(version, chain.latestBlockhash(), lamports)
    expect(chain.send(message, { [own]: sign(message) })).toBeUndefined()
    expect(chain.balance(recipient)).toBe(lamports)
    expect(chain.balance(own)).toBe(9n * lamports - 5000n)
  })

  it('refuses a tampered signature and a tampered message', () => {
    const chain = startLiteSvm()
    chain.fund(own, 10n * lamports)
    const message = transferMessage(0, chain.latestBlockhash(), lamports)
    const signature = sign(message)
    const flipped = Uint8Array.from(signature)
    flipped[5]! ^= 1
    expect(chain.send(message, { [own]: flipped })).toBeDefined()
    const other = transferMessage(0, chain.latestBlockhash(), 2n * lamports)
    expect(chain.send(other, { [own]: signature })).toBeDefined()
    expect(chain.balance(recipient)).toBe(0n)
  })
})
