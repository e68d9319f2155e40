/** How large a PSBT's transaction is once it is signed (BIP-141 §Transaction size calculations). */
import type { Bytes } from '@holdfast/base/bytes'
import type { BitcoinScript } from '@holdfast/base/chain'
import type { PsbtInput, PsbtOutput } from './psbt.ts'
import { compactSize } from './wire.ts'

type Spending = { readonly script: number; readonly witness: number }

const keyBytes = 33
/** DER with its sighash byte: r and s of 32 bytes each, the shorter of the two common lengths. */
const ecdsaBytes = 71
const schnorrBytes = 64

const sized = (length: number): number => compactSize(length).length + length
/** The number of items, then each with its length. */
const stack = (...items: readonly number[]): number =>
  compactSize(items.length).length + items.reduce((sum, item) => sum + sized(item), 0)

/** Without the length of the script itself. */
const spendings: Readonly<Record<BitcoinScript, Spending>> = {
  p2pkh: { script: 1 + ecdsaBytes + 1 + keyBytes, witness: 0 },
  'p2sh-p2wpkh': { script: 1 + 22, witness: stack(ecdsaBytes, keyBytes) },
  p2wpkh: { script: 0, witness: stack(ecdsaBytes, keyBytes) },
  p2tr: { script: 0, witness: stack(schnorrBytes) },
}

/** What would spend a script of another's, where the script says so. */
const kindOf = (script: Bytes): BitcoinScript | undefined => {
  const [first, second] = script
  if (script.length === 22 && first === 0 && second === 20) return 'p2wpkh'
  // A key path is the least that spends it.
  if (script.length === 34 && first === 0x51 && second === 32) return 'p2tr'
  return script.length === 25 && first === 0x76 ? 'p2pkh' : undefined
}

type SizedInput = PsbtInput & { readonly own?: BitcoinScript }

const spendingOf = ({ own, finalScript, previous }: SizedInput): Spending | undefined => {
  if (finalScript !== undefined) {
    const { script, witness } = finalScript
    const items = witness.map((item) => item.length)
    return { script: script.length, witness: items.length === 0 ? 0 : stack(...items) }
  }
  const kind = own ?? (previous === undefined ? undefined : kindOf(previous.script))
  return kind === undefined ? undefined : spendings[kind]
}

/**
 * Virtual bytes, at most a few fewer than the transaction will have: rates by it are not too low.
 * Undefined where it cannot be said how another's input is spent.
 */
export const virtualSize = (
  inputs: readonly SizedInput[],
  outputs: readonly PsbtOutput[],
): number | undefined => {
  let base = 8 + compactSize(inputs.length).length + compactSize(outputs.length).length
  let witness = 0
  let segregated = false
  for (const input of inputs) {
    const spending = spendingOf(input)
    if (spending === undefined) return undefined
    base += 40 + sized(spending.script)
    // An input without a witness still says so where another has one.
    witness += spending.witness === 0 ? 1 : spending.witness
    segregated ||= spending.witness > 0
  }
  for (const { script } of outputs) base += 8 + sized(script.length)
  // Marker and flag.
  return segregated ? Math.ceil((4 * base + 2 + witness) / 4) : base
}
