import { concat, toBase64Url, toHex } from '@holdfast/base/bytes'
import { intent as intentSchema } from '@holdfast/base/intent'
import { parseValue } from '@holdfast/base/schema'
import { base58 } from '@scure/base'
import {
  AccountRole,
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransaction,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  getCompiledTransactionMessageDecoder,
  type Instruction,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransaction,
} from '@solana/kit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accountOf,
  decodeOrThrow,
  privateKeyOf,
  refusalOf,
  signPayload,
  testCrypto,
} from '../testing/sign-payload.ts'
import { parseSolanaMessage } from './message.ts'
import { programs } from './programs.ts'

const privateKey = privateKeyOf(0x51)
const publicKey = testCrypto.ed25519.publicKey(privateKey)
const own = base58.encode(publicKey) as Address
const account = accountOf({ chain: 'solana', publicKey: toHex(publicKey), address: own })

const key = (byte: number) => base58.encode(new Uint8Array(32).fill(byte)) as Address
const blockhash = base58.encode(new Uint8Array(32).fill(9)) as Blockhash
const [alice, mint, source, target] = [key(1), key(2), key(3), key(4)]

const uint = (value: bigint | number, bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, at) => Number((BigInt(value) >> BigInt(8 * at)) & 255n))

const instruction = (
  program: string,
  accounts: readonly (readonly [Address, AccountRole])[],
  ...data: readonly Uint8Array[]
): Instruction => ({
  programAddress: program as Address,
  accounts: accounts.map(([address, role]) => ({ address, role })),
  data: concat(...data),
})

const { WRITABLE, READONLY, READONLY_SIGNER, WRITABLE_SIGNER } = AccountRole

const transferSol = (to: Address, amount: bigint) =>
  instruction(
    programs.system,
    [
      [own, WRITABLE_SIGNER],
      [to, WRITABLE],
    ],
    uint(2, 4),
    uint(amount, 8),
  )

const transferToken = (program: string, amount: bigint, kind = 12) =>
  instruction(
    program,
    [
      [source, WRITABLE],
      [mint, READONLY],
      [target, WRITABLE],
      [own, READONLY_SIGNER],
    ],
    uint(kind, 1),
    uint(amount, 8),
    uint(6, 1),
  )

const createAssociated = (token: string, owner: Address) =>
  instruction(
    programs.associatedToken,
    [
      [own, WRITABLE_SIGNER],
      [target, WRITABLE],
      [owner, READONLY],
      [mint, READONLY],
      [programs.system as Address, READONLY],
      [token as Address, READONLY],
    ],
    uint(1, 1),
  )

const compile = (
  instructions: readonly Instruction[],
  version: 'legacy' | 0 = 0,
  feePayer: Address = own,
) =>
  compileTransaction(
    pipe(
      createTransactionMessage({ version }),
      (message) => setTransactionMessageFeePayer(feePayer, message),
      (message) =>
        setTransactionMessageLifetimeUsingBlockhash(
          { blockhash, lastValidBlockHeight: 1n },
          message,
        ),
      (message) => appendTransactionMessageInstructions(instructions, message),
    ),
  )

const bytesOf = (...input: Parameters<typeof compile>): Uint8Array =>
  Uint8Array.from(compile(...input).messageBytes)

const payloadOf = (message: Uint8Array) =>
  ({ kind: 'solana.message', message: toBase64Url(message) }) as const

const intentOf = (...input: Parameters<typeof compile>) => {
  const { intent } = decodeOrThrow(payloadOf(bytesOf(...input)), account)
  return parseValue(intentSchema, intent)
}

const moves = (asset: string, to: string, amount: bigint) => ({
  type: 'transfer',
  asset,
  to,
  amount: String(amount),
})

describe('Solana messages', () => {
  it.each(['legacy', 0] as const)('signs %s messages as @solana/kit does', async (version) => {
    const signer = await createKeyPairSignerFromPrivateKeyBytes(privateKey)
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.integer({ min: 1, max: 250 }),
        async (amount, to) => {
          const transaction = compile([transferSol(key(to), amount)], version)
          const message = Uint8Array.from(transaction.messageBytes)
          const { signed, intent } = signPayload({
            payload: payloadOf(message),
            account,
            privateKey,
          })
          const { signatures } = await signTransaction([signer.keyPair], transaction)
          expect(signed).toEqual({
            kind: 'solana.signature',
            signature: toHex(Uint8Array.from(signatures[own]!)),
          })
          expect(intent).toMatchObject({
            fee: '5000',
            network: 'recent-blockhash',
            effects: [moves('native', key(to), amount)],
          })
        },
      ),
      { numRuns: 50 },
    )
  })

  it('reads generated messages as @solana/kit does', () => {
    // A message has twelve signers at most, so they come from few keys.
    const roles = (min: number, max: number, ...of: readonly AccountRole[]) =>
      fc.tuple(fc.integer({ min, max }).map(key), fc.constantFrom(...of))
    const accountRole = fc.oneof(
      roles(1, 8, WRITABLE, READONLY, READONLY_SIGNER, WRITABLE_SIGNER),
      roles(9, 40, WRITABLE, READONLY),
    )
    const generated = fc.record({
      program: fc.integer({ min: 100, max: 110 }).map(key),
      accounts: fc.array(accountRole, { maxLength: 6 }),
      data: fc.uint8Array({ maxLength: 40 }),
    })
    fc.assert(
      fc.property(
        fc.array(generated, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('legacy' as const, 0 as const),
        (list, version) => {
          const instructions = list.map((one) => instruction(one.program, one.accounts, one.data))
          const bytes = bytesOf(instructions, version)
          const signers = bytes[version === 0 ? 1 : 0]!
          if (1 + signers * 64 + bytes.length > 1232) return
          const expected = getCompiledTransactionMessageDecoder().decode(bytes)
          if (expected.version === 1) throw new Error('another version')
          const parsed = parseSolanaMessage(bytes)
          expect(parsed.accounts.map((one) => base58.encode(one))).toEqual(expected.staticAccounts)
          expect(parsed.requiredSignatures).toBe(expected.header.numSignerAccounts)
          expect(
            parsed.instructions.map(({ program, accounts, data }) => [
              program,
              accounts,
              toHex(data),
            ]),
          ).toEqual(
            expected.instructions.map((one) => [
              one.programAddressIndex,
              one.accountIndices ?? [],
              toHex(Uint8Array.from(one.data ?? [])),
            ]),
          )
        },
      ),
      { numRuns: 200 },
    )
  })

  it('names token transfers by their mint, and the owner of an account that it derives', () => {
    const { token, token2022 } = programs
    expect(intentOf([transferToken(token, 5n)]).effects).toEqual([moves(mint, target, 5n)])
    const created = intentOf([createAssociated(token, alice), transferToken(token, 5n)])
    expect(created.effects).toEqual([
      { type: 'call', to: programs.associatedToken, value: '0', selector: '01' },
      moves(mint, alice, 5n),
    ])
    const other = intentOf([createAssociated(token, alice), transferToken(token2022, 5n)])
    expect(other.effects[1]).toEqual(moves(mint, target, 5n))
  })

  it('takes what does not name its mint, and durable nonces, for unknown', () => {
    const plain = instruction(programs.token, [], uint(3, 1), uint(5, 8))
    const approval = instruction(programs.token, [], uint(4, 1), uint(5, 8))
    expect(intentOf([plain, approval]).effects.map(({ type }) => type)).toEqual([
      'unknown',
      'unknown',
    ])
    const advance = instruction(
      programs.system,
      [
        [source, WRITABLE],
        [key(8), READONLY],
        [own, READONLY_SIGNER],
      ],
      uint(4, 4),
    )
    const durable = intentOf([advance, transferSol(alice, 1n)])
    expect(durable).toMatchObject({ network: 'durable-nonce', details: { nonceAccount: source } })
    expect(durable.effects[0]?.type).toBe('unknown')
  })

  it('names checked approvals, created accounts, memos and calls', () => {
    const approve = transferToken(programs.token, 7n, 13)
    const create = instruction(
      programs.system,
      [
        [own, WRITABLE_SIGNER],
        [source, WRITABLE_SIGNER],
      ],
      uint(0, 4),
      uint(900, 8),
      uint(165, 8),
      new Uint8Array(32),
    )
    const memo = instruction(programs.memo, [], Uint8Array.of(0x68, 0x69))
    const call = instruction(key(77), [], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9))
    expect(intentOf([approve, create, memo, call]).effects).toEqual([
      { type: 'approve', asset: mint, spender: target, amount: '7' },
      moves('native', source, 900n),
      { type: 'call', to: programs.system, value: '0', selector: '0000000084030000' },
      { type: 'message' },
      { type: 'call', to: key(77), value: '0', selector: '0102030405060708' },
    ])
  })

  it('counts the priority fee', () => {
    const limit = instruction(programs.computeBudget, [], uint(2, 1), uint(300_000, 4))
    const price = instruction(programs.computeBudget, [], uint(3, 1), uint(10_001, 8))
    expect(intentOf([limit, price, transferSol(alice, 1n)]).fee).toBe('8001')
    expect(intentOf([price, transferSol(alice, 1n)]).fee).toBe('7001')
    expect(intentOf([limit]).effects).toMatchObject([{ type: 'unknown' }])
    const verifier = instruction('Ed25519SigVerify111111111111111111111111111', [])
    expect(intentOf([verifier]).fee).toBeUndefined()
  })

  it('takes accounts from lookup tables for unknown', () => {
    // Version 0: own pays, system is static, the recipient is entry 5 of a table.
    const head = concat(Uint8Array.of(0x80, 1, 0, 1, 2), publicKey, new Uint8Array(32))
    const transfer = concat(Uint8Array.of(1, 2, 0, 2, 12), uint(2, 4), uint(5, 8))
    const table = concat(Uint8Array.of(1), new Uint8Array(32).fill(6), Uint8Array.of(1, 5, 0))
    const message = concat(head, new Uint8Array(32).fill(9), Uint8Array.of(1), transfer, table)
    const { intent } = decodeOrThrow(payloadOf(message), account)
    expect(intent.effects).toMatchObject([{ type: 'unknown' }])
    expect(intent.details['lookupTables']).toEqual([key(6)])
  })

  it.each([
    ['a token transfer', 12],
    ['a token approval', 13],
  ])('takes %s to an account from a lookup table for unknown', (_name, kind) => {
    const token = base58.decode(programs.token)
    const head = concat(Uint8Array.of(0x80, 1, 0, 1, 4), publicKey, new Uint8Array(32).fill(1))
    const accounts = concat(new Uint8Array(32).fill(2), token, new Uint8Array(32).fill(9))
    const data = concat(uint(kind, 1), uint(5, 8), uint(6, 1))
    const of = (...indices: readonly number[]) => {
      const body = concat(Uint8Array.of(1, 3, 4, ...indices, data.length), data)
      const table = concat(Uint8Array.of(1), new Uint8Array(32).fill(6), Uint8Array.of(1, 5, 0))
      return decodeOrThrow(payloadOf(concat(head, accounts, body, table)), account).intent.effects
    }
    expect(of(1, 2, 1, 0)[0]?.type).not.toBe('unknown')
    for (const indices of [
      [4, 2, 1, 0],
      [1, 4, 1, 0],
      [1, 2, 4, 0],
      [1, 2, 1, 4],
    ]) {
      expect(of(...indices)).toMatchObject([{ type: 'unknown' }])
    }
  })

  it('refuses an account that does not sign', () => {
    const message = bytesOf([transferSol(alice, 1n)], 0, key(60))
    expect(refusalOf(payloadOf(message), account)).toBeUndefined()
    const other = accountOf({ chain: 'solana', publicKey: toHex(new Uint8Array(32).fill(1)) })
    expect(refusalOf(payloadOf(message), other)).toBe('wrong_account')
    const stranger = accountOf({ chain: 'solana', publicKey: toHex(new Uint8Array(32).fill(99)) })
    expect(refusalOf(payloadOf(message), stranger)).toBe('wrong_account')
  })

  const good = bytesOf([transferSol(alice, 1n)], 'legacy')
  const edited = (at: number, ...bytes: readonly number[]) => {
    const copy = Uint8Array.from(good)
    copy.set(bytes, at)
    return copy
  }

  it.each([
    ['bytes behind the message', concat(good, Uint8Array.of(0))],
    ['a message cut short', good.slice(0, -1)],
    ['nothing', new Uint8Array()],
    ['version 1', concat(Uint8Array.of(0x81), good)],
    ['an off-chain message', concat(Uint8Array.of(0xff), good)],
    ['a length with an alias', concat(good.slice(0, 3), Uint8Array.of(0x83, 0), good.slice(4))],
    ['no signer', edited(0, 0)],
    ['a payer that is read-only', edited(1, 1)],
    ['more read-only accounts than there are', edited(2, 3)],
    ['more signers than accounts', edited(0, 4)],
    ['an account that stands twice', edited(4 + 32, ...publicKey)],
    ['a program that is the payer', edited(4 + 96 + 32 + 1, 0)],
    ['a program that is no account', edited(4 + 96 + 32 + 1, 3)],
    ['an instruction on no account', edited(4 + 96 + 32 + 3, 3)],
  ])('refuses %s', (_name, message) => {
    expect(refusalOf(payloadOf(good), account)).toBeUndefined()
    expect(refusalOf(payloadOf(message), account)).toBe('bad_transaction')
  })

  it('refuses a transaction larger than a packet', () => {
    const memo = (length: number) =>
      bytesOf([instruction(programs.memo, [], new Uint8Array(length).fill(0x61))])
    const overhead = memo(200).length - 200 + 65
    expect(refusalOf(payloadOf(memo(1232 - overhead)), account)).toBeUndefined()
    expect(refusalOf(payloadOf(memo(1233 - overhead)), account)).toBe('bad_transaction')
  })

  it('meets hostile bytes with a refusal', () => {
    const base = bytesOf([
      createAssociated(programs.token, alice),
      transferToken(programs.token, 5n),
    ])
    const mutated = fc
      .array(fc.tuple(fc.nat(base.length - 1), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 6,
      })
      .map((edits) => {
        const copy = Uint8Array.from(base)
        for (const [at, byte] of edits) copy[at] = byte
        return copy
      })
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), (message) => {
        const refusal = refusalOf(payloadOf(message), account)
        expect([undefined, 'bad_transaction', 'wrong_account']).toContain(refusal)
        if (refusal === undefined) {
          const { intent } = decodeOrThrow(payloadOf(message), account)
          expect(parseValue(intentSchema, intent).effects.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
