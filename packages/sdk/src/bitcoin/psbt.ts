/** A PSBT (BIP-174, BIP-370) as its transaction and what each input says of itself. */
import { type Bytes, equalBytes, fromHex, toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { reader } from './reader.ts'
import { type Output, parseTransaction, type Transaction, transactionId } from './transaction.ts'

export type PsbtInput = {
  /** What it spends: of the whole transaction before it where that is there. */
  readonly spends: Output | undefined
  /** By public key, hexadecimal; with the sighash type behind. */
  readonly signatures: ReadonlyMap<string, Bytes>
  readonly taprootSignature: Bytes | undefined
  readonly isFinal: boolean
}

export type Psbt = {
  readonly transaction: Omit<Transaction, 'witnesses'>
  readonly inputs: readonly PsbtInput[]
}

/** Keys in hexadecimal, type first. */
type Fields = ReadonlyMap<string, Bytes>

const magic = fromHex('70736274ff')

const malformed = (): never => fail('bad_transaction', 'not a well-formed PSBT')

const readMaps = (untrusted: Bytes): readonly Fields[] => {
  const { bytes, size, sized, isAtEnd } = reader(untrusted)
  if (!equalBytes(bytes(magic.length), magic)) return malformed()
  const maps: Fields[] = []
  while (!isAtEnd()) {
    const fields = new Map<string, Bytes>()
    for (let length = size(); length > 0; length = size()) {
      fields.set(toHex(bytes(length)), sized())
    }
    maps.push(fields)
  }
  return maps
}

const uintOf = (fields: Fields, key: string): number | undefined => {
  const value = fields.get(key)
  return value === undefined ? undefined : Number(reader(value).uint(value.length))
}

/** BIP-370 §Determining Lock Time: the highest of the kind that every input can do with. */
const lockTimeOf = (global: Fields, inputs: readonly Fields[]): number => {
  const asking = inputs.filter((fields) => fields.has('11') || fields.has('12'))
  if (asking.length === 0) return uintOf(global, '03') ?? 0
  const kind = asking.every((fields) => fields.has('12')) ? '12' : '11'
  return Math.max(...asking.map((fields) => uintOf(fields, kind) ?? malformed()))
}

const inputOf = (fields: Fields) => ({
  txid: fields.get('0e') ?? malformed(),
  index: uintOf(fields, '0f') ?? malformed(),
  sequence: uintOf(fields, '10') ?? 0xffff_ffff,
  script: new Uint8Array(0),
})

const outputOf = (fields: Fields): Output => ({
  amount: reader(fields.get('03') ?? malformed()).uint(8),
  script: fields.get('04') ?? malformed(),
})

/** What a version 2 says by its fields. */
const transactionOf = (global: Fields, maps: readonly Fields[]): Psbt['transaction'] => {
  const count = (key: string): number => reader(global.get(key) ?? malformed()).size()
  const inputs = maps.slice(0, count('04'))
  const outputs = maps.slice(inputs.length, inputs.length + count('05'))
  return {
    version: uintOf(global, '02') ?? malformed(),
    lockTime: lockTimeOf(global, inputs),
    inputs: inputs.map(inputOf),
    outputs: outputs.map(outputOf),
  }
}

/** The output that an input spends; a transaction before it must have the id that it names. */
const spentBy = (fields: Fields, { txid, index }: Psbt['transaction']['inputs'][number]) => {
  const before = fields.get('00')
  if (before !== undefined) {
    const transaction = parseTransaction(before)
    if (!equalBytes(transactionId(transaction), txid)) return malformed()
    return transaction.outputs[index] ?? malformed()
  }
  const output = fields.get('01')
  if (output === undefined) return undefined
  const { uint, sized } = reader(output)
  return { amount: uint(8), script: sized() }
}

const signaturesOf = (fields: Fields): ReadonlyMap<string, Bytes> =>
  new Map([...fields].flatMap(([key, value]) => (/^02../.test(key) ? [[key.slice(2), value]] : [])))

/** `bad_transaction` for what is no PSBT. */
export const parsePsbt = (untrusted: Bytes): Psbt => {
  const [global = malformed(), ...maps] = readMaps(untrusted)
  const unsigned = global.get('00')
  const transaction =
    unsigned === undefined ? transactionOf(global, maps) : parseTransaction(unsigned)
  if (maps.length !== transaction.inputs.length + transaction.outputs.length) return malformed()
  return {
    transaction,
    inputs: transaction.inputs.map((input, index) => {
      const fields = maps[index] ?? malformed()
      return {
        spends: spentBy(fields, input),
        signatures: signaturesOf(fields),
        taprootSignature: fields.get('13'),
        isFinal: fields.has('07') || fields.has('08'),
      }
    }),
  }
}
