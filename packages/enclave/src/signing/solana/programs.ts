/** What the instructions of known programs do; an instruction that is not here is a `call`. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import type { Effect } from '@holdfast/base/intent'

/** An instruction with its accounts as addresses. */
export type ResolvedInstruction = {
  readonly program: string
  /** Base58; undefined where a lookup table holds the address. */
  readonly accounts: readonly (string | undefined)[]
  readonly data: Bytes
}

/** The owner of a token account that this transaction creates by derivation, if it does. */
export type OwnerOf = (account: string, mint: string, program: string) => string | undefined

/** Undefined: not decodable here, so a call. */
type Decoder = (instruction: ResolvedInstruction, ownerOf: OwnerOf) => readonly Effect[] | undefined

export const programs = {
  system: '11111111111111111111111111111111',
  token: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
  token2022: 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb',
  associatedToken: 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL',
  computeBudget: 'ComputeBudget111111111111111111111111111111',
  memo: 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr',
} as const

type Cause = NonNullable<Extract<Effect, { type: 'unknown' }>['cause']>

const unknown = (reason: string, cause?: Cause): readonly Effect[] => [
  { type: 'unknown', reason, ...(cause === undefined ? {} : { cause }) },
]

const uint32At = (data: Bytes, offset: number): number =>
  new DataView(data.buffer, data.byteOffset, data.length).getUint32(offset, true)

const uint64At = (data: Bytes, offset: number): bigint =>
  new DataView(data.buffer, data.byteOffset, data.length).getBigUint64(offset, true)

const lookedUp = unknown('an account comes from a lookup table', 'lookup-table')

/** Programs have no selectors of one length; the first eight bytes name the instruction. */
const selectorBytes = 8

const callOf = ({ program, accounts, data }: ResolvedInstruction): readonly Effect[] => [
  {
    type: 'call',
    to: program,
    value: '0',
    ...(data.length === 0 ? {} : { selector: toHex(data.subarray(0, selectorBytes)) }),
  },
  ...(accounts.includes(undefined) ? lookedUp : []),
]

/** SystemInstruction: 0 CreateAccount, 2 Transfer, 4 AdvanceNonceAccount. */
const systemDecoders: Readonly<Record<number, Decoder>> = {
  0: (instruction) => {
    const { accounts, data } = instruction
    if (data.length !== 52 || accounts.length !== 2) return undefined
    const [from, to] = accounts
    if (from === undefined || to === undefined) return lookedUp
    const amount = uint64At(data, 4).toString()
    return [{ type: 'transfer', asset: 'native', to, amount }, ...callOf(instruction)]
  },
  2: ({ accounts, data }) => {
    const [from, to, ...more] = accounts
    if (data.length !== 12 || accounts.length < 2 || more.length > 0) return undefined
    if (from === undefined || to === undefined) return lookedUp
    return [{ type: 'transfer', asset: 'native', to, amount: uint64At(data, 4).toString() }]
  },
  // The signature stays good until the nonce is advanced, not for a minute and a half.
  4: ({ data }) =>
    data.length === 4
      ? unknown('the transaction lives by a durable nonce', 'durable-nonce')
      : undefined,
}

const system: Decoder = (instruction, ownerOf) =>
  instruction.data.length < 4
    ? undefined
    : systemDecoders[uint32At(instruction.data, 0)]?.(instruction, ownerOf)

/** TokenInstruction: 3 Transfer, 4 Approve, 12 TransferChecked, 13 ApproveChecked. */
const tokenDecoders: Readonly<Record<number, Decoder>> = {
  3: () => unknown('a token transfer that does not name its mint'),
  4: () => unknown('a token approval that does not name its mint'),
  12: ({ program, accounts, data }, ownerOf) => {
    const [source, mint, destination, authority] = accounts
    if (data.length !== 10 || accounts.length < 4) return undefined
    if (source === undefined || authority === undefined) return lookedUp
    if (mint === undefined || destination === undefined) return lookedUp
    const to = ownerOf(destination, mint, program) ?? destination
    return [{ type: 'transfer', asset: mint, to, amount: uint64At(data, 1).toString() }]
  },
  13: ({ accounts, data }) => {
    const [source, mint, spender, owner] = accounts
    if (data.length !== 10 || accounts.length < 4) return undefined
    if (source === undefined || owner === undefined) return lookedUp
    if (mint === undefined || spender === undefined) return lookedUp
    return [{ type: 'approve', asset: mint, spender, amount: uint64At(data, 1).toString() }]
  },
}

const token: Decoder = (instruction, ownerOf) => {
  const kind = instruction.data[0]
  return kind === undefined ? undefined : tokenDecoders[kind]?.(instruction, ownerOf)
}

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  [programs.system, system],
  [programs.token, token],
  [programs.token2022, token],
  // Only says how much the transaction may compute; the fee counts it.
  [programs.computeBudget, () => []],
  [programs.memo, () => [{ type: 'message' }]],
])

export const instructionEffects = (
  instruction: ResolvedInstruction,
  ownerOf: OwnerOf,
): readonly Effect[] =>
  decoders.get(instruction.program)?.(instruction, ownerOf) ?? callOf(instruction)
