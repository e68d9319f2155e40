/** The digests that Bitcoin signatures are over, for SIGHASH_ALL and taproot's DEFAULT alone. */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Psbt } from './psbt.ts'
import {
  encodeOutput,
  encodeTransaction,
  type Output,
  outpoint,
  sized,
  uint32,
  uint64,
} from './transaction.ts'

type Unsigned = Psbt['transaction']

const twice = (...parts: readonly Bytes[]): Bytes => sha256(sha256(concat(...parts)))

/** SIGHASH_ALL, as the four bytes behind what is hashed. */
const all = uint32(1)

/** Bitcoin Core's `SignatureHash`: the transaction with one input's script alone, for P2PKH. */
export const legacyDigest = (of: Unsigned, input: number, script: Bytes): Bytes =>
  twice(
    encodeTransaction({
      ...of,
      inputs: of.inputs.map((one, index) => ({
        ...one,
        script: index === input ? script : new Uint8Array(0),
      })),
    }),
    all,
  )

/** BIP-143; `script` is the script code. */
export const witnessDigest = (
  { version, inputs, outputs, lockTime }: Unsigned,
  input: number,
  { script, amount }: Output,
): Bytes => {
  const own = inputs[input] as Unsigned['inputs'][number]
  return twice(
    uint32(version),
    twice(...inputs.map(outpoint)),
    twice(...inputs.map(({ sequence }) => uint32(sequence))),
    outpoint(own),
    sized(script),
    uint64(amount),
    uint32(own.sequence),
    twice(...outputs.map(encodeOutput)),
    uint32(lockTime),
    all,
  )
}

/** BIP-341, key path without annex; `spent` is what each input spends. */
export const taprootDigest = (
  { version, inputs, outputs, lockTime }: Unsigned,
  input: number,
  { type, spent }: { readonly type: number; readonly spent: readonly Output[] },
): Bytes => {
  const hash = (...parts: readonly Bytes[]): Bytes => sha256(concat(...parts))
  const tag = sha256(utf8('TapSighash'))
  return hash(
    tag,
    tag,
    Uint8Array.of(0, type),
    uint32(version),
    uint32(lockTime),
    hash(...inputs.map(outpoint)),
    hash(...spent.map(({ amount }) => uint64(amount))),
    hash(...spent.map(({ script }) => sized(script))),
    hash(...inputs.map(({ sequence }) => uint32(sequence))),
    hash(...outputs.map(encodeOutput)),
    Uint8Array.of(0),
    uint32(input),
  )
}
