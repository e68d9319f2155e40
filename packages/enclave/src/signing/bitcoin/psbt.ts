/** PSBT v0 (BIP-174) and v2 (BIP-370) through @scure/btc-signer, as plain values; no key enters. */
import type { Bytes } from '@holdfast/base/bytes'
import { attempt, fail } from '@holdfast/base/errors'
import { Transaction } from '@scure/btc-signer'
import { RawPSBTV2 } from '@scure/btc-signer/psbt.js'
import { psbtInputsMax, psbtOutputsMax } from '../limits.ts'
import { countPsbtMaps } from './psbt-maps.ts'
import type { PreviousOutput, UnsignedInput, UnsignedTransaction } from './sighash.ts'

export type PsbtInput = UnsignedInput & {
  /** What it spends, where the PSBT says so. */
  readonly previous: PreviousOutput | undefined
  /** The whole previous transaction is there and has the input's txid. */
  readonly proven: boolean
  /** Claimed derivation paths. */
  readonly paths: readonly (readonly number[])[]
  readonly sighashType: number | undefined
  readonly final: boolean
  /** Of a final input: what spends it. */
  readonly finalScript?: { readonly script: Bytes; readonly witness: readonly Bytes[] }
}

export type PsbtOutput = PreviousOutput & { readonly paths: readonly (readonly number[])[] }

export type InputSignature = {
  readonly input: number
  readonly fields:
    | { readonly partialSig: [Bytes, Bytes][]; readonly redeemScript?: Bytes }
    | { readonly tapKeySig: Bytes }
}

export type CompletedPsbt = {
  readonly psbt: Bytes
  readonly final?: { readonly transaction: Bytes; readonly id: string }
}

export type Psbt = Omit<UnsignedTransaction, 'inputs' | 'outputs'> & {
  readonly inputs: readonly PsbtInput[]
  readonly outputs: readonly PsbtOutput[]
  /** A new PSBT with the signatures, and the transaction where no input lacks one. */
  complete(signatures: readonly InputSignature[]): CompletedPsbt
}

type LibraryInput = ReturnType<Transaction['getInput']>
type LibraryOutput = ReturnType<Transaction['getOutput']>

/** Fields that this version does not know stay in the PSBT for others (BIP-174 §Extensions). */
const options = {
  unknown: 'ignore',
  allowUnknownInputs: true,
  allowUnknownOutputs: true,
} as const

/** The library refuses by exceptions with texts of its own. */
const orRefuse = <Value>(parse: () => Value): Value => {
  try {
    return parse()
  } catch {
    return fail('bad_transaction', 'not a well-formed PSBT', 'psbt')
  }
}

const pathsOf = (fields: LibraryInput | LibraryOutput): readonly (readonly number[])[] => [
  ...(fields.bip32Derivation ?? []).map(([, derivation]) => derivation.path),
  ...(fields.tapBip32Derivation ?? []).map(([, derivation]) => derivation.der.path),
]

const inputOf = (fields: LibraryInput): PsbtInput => {
  const { txid, index, sequence, nonWitnessUtxo, witnessUtxo } = fields
  if (txid === undefined || index === undefined) return fail('bad_transaction', 'no outpoint')
  const { finalScriptSig, finalScriptWitness } = fields
  const final = finalScriptSig !== undefined || finalScriptWitness !== undefined
  return {
    txid: txid.toReversed(),
    index,
    sequence: sequence ?? 0xffff_ffff,
    previous: nonWitnessUtxo?.outputs[index] ?? witnessUtxo,
    proven: nonWitnessUtxo !== undefined,
    paths: pathsOf(fields),
    sighashType: fields.sighashType,
    final,
    ...(final && {
      finalScript: {
        script: finalScriptSig ?? new Uint8Array(),
        witness: finalScriptWitness ?? [],
      },
    }),
  }
}

const outputOf = (fields: LibraryOutput): PsbtOutput => {
  const { amount, script } = fields
  if (amount === undefined || script === undefined || amount < 0n) {
    return fail('bad_transaction', 'an output has no amount or no script')
  }
  return { amount, script, paths: pathsOf(fields) }
}

/** BIP-370 §Signer: signatures of SIGHASH_ALL leave neither inputs nor outputs modifiable. */
const lockModifiable = (psbt: Bytes): Bytes => {
  const parsed = attempt(() => orRefuse(() => RawPSBTV2.decode(psbt)))
  if (!parsed.ok || parsed.value.global.txModifiable === undefined) return psbt
  const { global } = parsed.value
  const txModifiable = (global.txModifiable ?? 0) & ~0b11
  return RawPSBTV2.encode({ ...parsed.value, global: { ...global, txModifiable } })
}

const finalOf = (psbt: Bytes): CompletedPsbt['final'] => {
  const finalized = attempt(() =>
    orRefuse(() => {
      const transaction = Transaction.fromPSBT(psbt, options)
      for (let index = 0; index < transaction.inputsLength; index += 1) {
        if (!inputOf(transaction.getInput(index)).final) transaction.finalizeIdx(index)
      }
      return { transaction: transaction.extract(), id: transaction.id }
    }),
  )
  return finalized.ok ? finalized.value : undefined
}

/** The library reads `undefined` as removal, which its types do not say. */
const noSignatures = { partialSig: undefined, tapKeySig: undefined } as unknown as LibraryInput

const completePsbt = (untrusted: Bytes, signatures: readonly InputSignature[]): CompletedPsbt => {
  const psbt = orRefuse(() => {
    const transaction = Transaction.fromPSBT(untrusted, options)
    for (const { input, fields } of signatures) {
      // One key spends an own input: what else stands there as a signature is worth nothing, and
      // the library would not let it be replaced.
      transaction.updateInput(input, noSignatures, true)
      transaction.updateInput(input, fields, true)
    }
    return lockModifiable(transaction.toPSBT())
  })
  const final = finalOf(psbt)
  return { psbt, ...(final === undefined ? {} : { final }) }
}

const numbers = (length: number): readonly number[] => Array.from({ length }, (_, index) => index)

/** Parses a PSBT of either version; `bad_transaction` for all that is not well-formed. */
export const parsePsbt = (untrusted: Bytes): Psbt => {
  const transaction = orRefuse(() => Transaction.fromPSBT(untrusted, options))
  const { inputsLength, outputsLength } = transaction
  if (inputsLength === 0 || outputsLength === 0) {
    return fail('bad_transaction', 'the transaction has no inputs or no outputs')
  }
  if (inputsLength > psbtInputsMax || outputsLength > psbtOutputsMax) {
    return fail('bad_transaction', 'too many inputs or outputs')
  }
  if (countPsbtMaps(untrusted) !== 1 + inputsLength + outputsLength) {
    return fail('bad_transaction', 'another number of maps than of inputs and outputs', 'psbt')
  }
  return {
    version: transaction.version,
    lockTime: transaction.lockTime,
    inputs: numbers(inputsLength).map((index) => inputOf(transaction.getInput(index))),
    outputs: numbers(outputsLength).map((index) => outputOf(transaction.getOutput(index))),
    complete: (signatures) => completePsbt(untrusted, signatures),
  }
}
