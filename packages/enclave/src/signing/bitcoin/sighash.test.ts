import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '@holdfast/base/bytes'
import { Transaction } from '@scure/btc-signer'
import { describe, expect, it } from 'vitest'
import { testCrypto } from '../testing/sign-payload.ts'
import { sighasher } from './sighash.ts'

const vectors = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'vectors', name), 'utf8'))

const unsignedOf = (hex: string) => {
  const options = { allowUnknownOutputs: true, allowUnknownInputs: true, disableScriptCheck: true }
  const parsed = Transaction.fromRaw(fromHex(hex), options)
  return {
    version: parsed.version,
    lockTime: parsed.lockTime,
    inputs: Array.from({ length: parsed.inputsLength }, (_, at) => {
      const { txid, index, sequence } = parsed.getInput(at)
      return { txid: txid!.toReversed(), index: index!, sequence: sequence! }
    }),
    outputs: Array.from({ length: parsed.outputsLength }, (_, at) => {
      const { amount, script } = parsed.getOutput(at)
      return { amount: amount!, script: script! }
    }),
  }
}

type Case143 = Record<'name' | 'transaction' | 'publicKey' | 'amount' | 'sighash', string> & {
  input: number
}
type Case341 = { input: number; sighash: number; digest: string }

describe('Bitcoin digests', () => {
  it.each(vectors('bip-143.json').cases as Case143[])('are those of BIP-143 for $name', (test) => {
    const hasher = sighasher(unsignedOf(test.transaction), testCrypto)
    const digest = hasher.witnessV0(test.input, fromHex(test.publicKey), BigInt(test.amount))
    expect(toHex(digest)).toBe(test.sighash)
  })

  const bip341 = vectors('bip-341.json')
  it.each(bip341.cases as Case341[])('are those of BIP-341 for input $input', (test) => {
    const hasher = sighasher(unsignedOf(bip341.transaction), testCrypto)
    const spent = (bip341.spent as { script: string; amount: string }[]).map((output) => ({
      script: fromHex(output.script),
      amount: BigInt(output.amount),
    }))
    expect(toHex(hasher.taproot(test.input, test.sighash, spent))).toBe(test.digest)
  })
})
