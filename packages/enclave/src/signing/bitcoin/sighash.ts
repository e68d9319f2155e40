/** The digests that Bitcoin signatures are over, for SIGHASH_ALL and taproot's DEFAULT alone. */
import { type Bytes, concat } from '@holdfast/base/bytes'
import type { Crypto } from '../../ports/crypto.ts'
import { hash160, pubKeyHashScript, taggedHash } from './key-script.ts'
import { compactSize, uint32, uint64, withLength } from './wire.ts'

export type PreviousOutput = { readonly script: Bytes; readonly amount: bigint }

export type UnsignedInput = {
  /** As in the serialisation: the reverse of what is shown. */
  readonly txid: Bytes
  readonly index: number
  readonly sequence: number
}

export type UnsignedTransaction = {
  readonly version: number
  readonly lockTime: number
  readonly inputs: readonly UnsignedInput[]
  readonly outputs: readonly PreviousOutput[]
}

export const sighashDefault = 0
export const sighashAll = 1

const outpoint = ({ txid, index }: UnsignedInput): Bytes => concat(txid, uint32(index))
const output = ({ amount, script }: PreviousOutput): Bytes =>
  concat(uint64(amount), withLength(script))

const twice = (crypto: Crypto, ...parts: readonly Bytes[]): Bytes =>
  crypto.sha256(crypto.sha256(...parts))

export type Sighasher = {
  /** The original algorithm (Bitcoin Core `SignatureHash`), for P2PKH. */
  legacy(inputIndex: number, scriptCode: Bytes): Bytes
  /** BIP-143, for P2WPKH and P2SH-P2WPKH. */
  witnessV0(inputIndex: number, publicKey: Bytes, amount: bigint): Bytes
  /** BIP-341, key path without annex. */
  taproot(inputIndex: number, sighash: number, previous: readonly PreviousOutput[]): Bytes
}

/** Parts that every input's digest shares are hashed once. */
export const sighasher = (transaction: UnsignedTransaction, crypto: Crypto): Sighasher => {
  const { version, lockTime, inputs, outputs } = transaction
  const outpoints = concat(...inputs.map(outpoint))
  const sequences = concat(...inputs.map(({ sequence }) => uint32(sequence)))
  const outputBytes = concat(...outputs.map(output))
  const shared = {
    outpoints: crypto.sha256(outpoints),
    sequences: crypto.sha256(sequences),
    outputs: crypto.sha256(outputBytes),
  }
  let spent: { readonly of: readonly PreviousOutput[]; readonly hashes: Bytes } | undefined

  const spentHashes = (previous: readonly PreviousOutput[]): Bytes => {
    if (spent?.of !== previous) {
      const amounts = crypto.sha256(...previous.map(({ amount }) => uint64(amount)))
      const scripts = crypto.sha256(...previous.map(({ script }) => withLength(script)))
      spent = { of: previous, hashes: concat(amounts, scripts) }
    }
    return spent.hashes
  }

  return {
    legacy: (inputIndex, scriptCode) =>
      twice(
        crypto,
        uint32(version),
        compactSize(inputs.length),
        ...inputs.map((input, index) =>
          concat(
            outpoint(input),
            withLength(index === inputIndex ? scriptCode : new Uint8Array()),
            uint32(input.sequence),
          ),
        ),
        compactSize(outputs.length),
        outputBytes,
        uint32(lockTime),
        uint32(sighashAll),
      ),
    witnessV0: (inputIndex, publicKey, amount) => {
      const input = inputs[inputIndex] as UnsignedInput
      return twice(
        crypto,
        uint32(version),
        crypto.sha256(shared.outpoints),
        crypto.sha256(shared.sequences),
        outpoint(input),
        withLength(pubKeyHashScript(hash160(publicKey, crypto))),
        uint64(amount),
        uint32(input.sequence),
        crypto.sha256(shared.outputs),
        uint32(lockTime),
        uint32(sighashAll),
      )
    },
    taproot: (inputIndex, sighash, previous) =>
      taggedHash(
        'TapSighash',
        crypto,
        Uint8Array.of(0, sighash),
        uint32(version),
        uint32(lockTime),
        shared.outpoints,
        spentHashes(previous),
        shared.sequences,
        shared.outputs,
        Uint8Array.of(0),
        uint32(inputIndex),
      ),
  }
}
