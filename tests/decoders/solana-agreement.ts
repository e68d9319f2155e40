/**
 * Generated Solana messages, compiled by @solana/kit and taken apart by it again: system and token
 * transfers, lookup tables, durable nonces, memos, compute budgets and calls of other programs.
 */
import { concat, toBase64Url, toHex } from '@holdfast/base/bytes'
import { AccountId, ObjectId } from '@holdfast/base/ids'
import type { Effect } from '@holdfast/base/intent'
import type { Account } from '@holdfast/base/wallet'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import { decodePayload } from '@holdfast/enclave/signing/decode'
import { programs } from '@holdfast/enclave/signing/solana/programs'
import {
  AccountRole,
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  compileTransaction,
  compressTransactionMessageUsingAddressLookupTables,
  createTransactionMessage,
  decompileTransactionMessage,
  getAddressDecoder,
  getAddressEncoder,
  getCompiledTransactionMessageDecoder,
  getU32Decoder,
  getU32Encoder,
  getU64Decoder,
  getU64Encoder,
  type Instruction,
  type Nonce,
  pipe,
  setTransactionMessageFeePayer,
  setTransactionMessageLifetimeUsingBlockhash,
  setTransactionMessageLifetimeUsingDurableNonce,
} from '@solana/kit'
import { type Compare, type Disagreement, textOf } from './disagreement.ts'
import { generator, pick, type Random, randomBytes, times } from './random.ts'

const keyOf = (random: Random): Address => getAddressDecoder().decode(randomBytes(random, 32))

const { WRITABLE, READONLY, READONLY_SIGNER, WRITABLE_SIGNER } = AccountRole
type Metas = readonly (readonly [Address, AccountRole])[]

const instruction = (
  program: string,
  accounts: Metas,
  ...data: readonly object[]
): Instruction => ({
  programAddress: program as Address,
  accounts: accounts.map(([address, role]) => ({ address, role })),
  data: concat(...(data as readonly Uint8Array[])),
})

const u32 = (value: number) => getU32Encoder().encode(value)
const u64 = (value: bigint) => getU64Encoder().encode(value)
const amountOf = (random: Random): bigint =>
  getU64Decoder().decode(randomBytes(random, 8)) >> BigInt(random(60))

type Maker = (random: Random, own: Address) => readonly Instruction[]

const makers: readonly Maker[] = [
  (random, own) => [
    instruction(
      programs.system,
      [
        [own, WRITABLE_SIGNER],
        [keyOf(random), WRITABLE],
      ],
      u32(2),
      u64(amountOf(random)),
    ),
  ],
  (random, own) => {
    const token = pick(random, [programs.token, programs.token2022])
    const [source, mint, target, owner] = times(4, () => keyOf(random)) as [
      Address,
      Address,
      Address,
      Address,
    ]
    const transfer = instruction(
      token,
      [
        [source, WRITABLE],
        [mint, READONLY],
        [target, WRITABLE],
        [own, READONLY_SIGNER],
      ],
      Uint8Array.of(12),
      u64(amountOf(random)),
      Uint8Array.of(6),
    )
    const create = instruction(
      programs.associatedToken,
      [
        [own, WRITABLE_SIGNER],
        [target, WRITABLE],
        [owner, READONLY],
        [mint, READONLY],
        [programs.system as Address, READONLY],
        [token as Address, READONLY],
      ],
      Uint8Array.of(random(2)),
    )
    return random(2) === 0 ? [transfer] : [create, transfer]
  },
  (random, own) => [
    instruction(
      programs.token,
      [
        [keyOf(random), WRITABLE],
        [keyOf(random), READONLY],
        [keyOf(random), READONLY],
        [own, READONLY_SIGNER],
      ],
      Uint8Array.of(13),
      u64(amountOf(random)),
      Uint8Array.of(9),
    ),
  ],
  (random) => [instruction(programs.memo, [], randomBytes(random, 1 + random(30)))],
  (random) => [
    instruction(programs.computeBudget, [], Uint8Array.of(2), u32(random(1_400_000))),
    instruction(programs.computeBudget, [], Uint8Array.of(3), u64(BigInt(random(100_000)))),
  ],
  (random) => [
    instruction(
      keyOf(random),
      times(random(4), () => [keyOf(random), pick(random, [WRITABLE, READONLY])] as const),
      randomBytes(random, random(20)),
    ),
  ],
]

type Tables = Readonly<Record<Address, Address[]>>
type Made = { readonly message: Uint8Array; readonly tables: Tables; readonly nonce?: Address }

const make = (random: Random, own: Address): Made => {
  const instructions = times(1 + random(3), () => pick(random, makers)(random, own)).flat()
  const durable = random(4) === 0
  const nonce = keyOf(random)
  const hash = keyOf(random) as string
  // Some of the accounts that sign nothing come from a table.
  const others = instructions
    .flatMap(({ accounts = [] }) => accounts)
    .filter(({ role }) => role === WRITABLE || role === READONLY)
    .map(({ address }) => address)
  const held = random(3) === 0 ? others.filter(() => random(2) === 0) : []
  const tables: Tables = held.length === 0 ? {} : { [keyOf(random)]: held }
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (one) => setTransactionMessageFeePayer(own, one),
    (one) =>
      durable
        ? setTransactionMessageLifetimeUsingDurableNonce(
            { nonce: hash as Nonce, nonceAccountAddress: nonce, nonceAuthorityAddress: own },
            one,
          )
        : setTransactionMessageLifetimeUsingBlockhash(
            { blockhash: hash as Blockhash, lastValidBlockHeight: 1n },
            one,
          ),
    (one) => appendTransactionMessageInstructions(instructions, one),
    (one) => compressTransactionMessageUsingAddressLookupTables(one, tables),
  )
  return {
    message: Uint8Array.from(compileTransaction(message).messageBytes),
    tables,
    ...(durable ? { nonce } : {}),
  }
}

/** As @solana/kit gives it back: an account of a table has no address that a signer could know. */
type Read = {
  readonly program: string
  readonly accounts: readonly (string | undefined)[]
  readonly data: Uint8Array
}

const readByKit = ({ message, tables }: Made): readonly Read[] => {
  const compiled = getCompiledTransactionMessageDecoder().decode(message)
  const whole = decompileTransactionMessage(compiled as never, {
    addressesByLookupTableAddress: tables,
  }) as { readonly instructions: readonly Instruction[] }
  return whole.instructions.map(({ programAddress, accounts = [], data = new Uint8Array() }) => ({
    program: programAddress,
    accounts: accounts.map((one) => ('lookupTableAddress' in one ? undefined : one.address)),
    data: Uint8Array.from(data),
  }))
}

const lookedUp = (): Effect => ({
  type: 'unknown',
  reason: 'an account comes from a lookup table',
  cause: 'lookup-table',
})

const known = (one: Read, all: readonly Read[]): readonly Effect[] | undefined => {
  const { program, accounts, data } = one
  const [first, second, third, fourth] = accounts
  if (program === programs.memo) return [{ type: 'message' }]
  if (program === programs.computeBudget) return []
  if (program === programs.system) {
    const kind = getU32Decoder().decode(data)
    if (kind === 4) {
      const reason = 'the transaction lives by a durable nonce'
      return [{ type: 'unknown', reason, cause: 'durable-nonce' }]
    }
    if (first === undefined || second === undefined) return [lookedUp()]
    const amount = getU64Decoder().decode(data, 4).toString()
    return [{ type: 'transfer', asset: 'native', to: second, amount }]
  }
  if (program !== programs.token && program !== programs.token2022) return undefined
  if ([first, second, third, fourth].includes(undefined)) return [lookedUp()]
  const [asset, to] = [second as string, third as string]
  const amount = getU64Decoder().decode(data, 1).toString()
  if (data[0] === 13) return [{ type: 'approve', asset, spender: to, amount }]
  const created = all.find(
    (other) =>
      other.program === programs.associatedToken &&
      other.accounts[1] === to &&
      other.accounts[3] === asset &&
      other.accounts[5] === program,
  )
  return [{ type: 'transfer', asset, to: created?.accounts[2] ?? to, amount }]
}

const effectsBy = (all: readonly Read[]): readonly Effect[] =>
  all.flatMap((one): readonly Effect[] => {
    const selector = toHex(one.data.subarray(0, 8))
    const call: Effect = {
      type: 'call',
      to: one.program,
      value: '0',
      ...(selector === '' ? {} : { selector }),
    }
    return known(one, all) ?? [call, ...(one.accounts.includes(undefined) ? [lookedUp()] : [])]
  })

const last = (all: readonly Read[], kind: number): Uint8Array | undefined =>
  all.findLast(({ program, data }) => program === programs.computeBudget && data[0] === kind)?.data

const feeBy = (all: readonly Read[]): bigint => {
  const limit = last(all, 2)
  const price = last(all, 3)
  const others = all.filter(({ program }) => program !== programs.computeBudget).length
  const units = limit === undefined ? others * 200_000 : getU32Decoder().decode(limit, 1)
  const micro = price === undefined ? 0n : getU64Decoder().decode(price, 1)
  return 5000n + (micro * BigInt(Math.min(units, 1_400_000)) + 999_999n) / 1_000_000n
}

const compare = (crypto: Crypto, made: Made, account: Account, note: (what: string) => void) => {
  const payload = { kind: 'solana.message', message: toBase64Url(made.message) } as const
  const decoded = decodePayload({ payload, account, crypto })
  if (!decoded.ok) return note(`refused: ${decoded.refusal.code}`)
  const { intent, facts, tasks } = decoded.value
  const all = readByKit(made)
  const expected = effectsBy(all)
  const nothing: Effect = { type: 'unknown', reason: 'no instruction does anything' }
  if (textOf(intent.effects) !== textOf(expected.length === 0 ? [nothing] : expected))
    note('effects')
  if (intent.fee !== feeBy(all).toString()) note('fee')
  if (textOf(facts?.solana?.programs) !== textOf(all.map(({ program }) => program)))
    note('programs')
  const listed = new Set(facts?.solana?.lookupTables)
  const used = all.some(({ accounts }) => accounts.includes(undefined))
  if (used !== listed.size > 0 || [...listed].some((one) => !(one in made.tables))) note('tables')
  if (facts?.solana?.nonceAccount !== made.nonce) note('nonce account')
  if (toHex(tasks[0]?.data ?? new Uint8Array()) !== toHex(made.message)) note('bytes')
}

/** What a packet cannot carry is made anew. */
const fits = ({ message }: Made): boolean => 1 + 64 + message.length <= 1232

export const solanaDisagreements: Compare = (crypto, { count, seed }) => {
  const random = generator(seed)
  const publicKey = crypto.ed25519.publicKey(randomBytes(random, 32))
  const own = getAddressDecoder().decode(publicKey)
  if (toHex(Uint8Array.from(getAddressEncoder().encode(own))) !== toHex(publicKey)) {
    return [{ transaction: own, what: 'the address' }]
  }
  const account: Account = {
    id: AccountId(`acc_${'1'.repeat(32)}`),
    key: ObjectId(`key_${'1'.repeat(32)}`),
    chain: 'solana',
    address: own,
    publicKey: toHex(publicKey),
  }
  const next = (): Made => {
    for (;;) {
      const made = make(random, own)
      if (fits(made)) return made
    }
  }
  return times(count, next).flatMap((made) => {
    const found: Disagreement[] = []
    const transaction = toHex(made.message)
    compare(crypto, made, account, (what) => void found.push({ transaction, what }))
    return found
  })
}
