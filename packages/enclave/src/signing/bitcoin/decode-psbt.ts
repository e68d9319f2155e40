/** A PSBT: which inputs and outputs are the account's own, what leaves it, what must be signed. */
import { type Bytes, concat, toBase64Url, toHex } from '@holdfast/base/bytes'
import { assert, fail } from '@holdfast/base/errors'
import type { Effect, Intent } from '@holdfast/base/intent'
import { bytesOf } from '@holdfast/base/schema'
import type { Account } from '@holdfast/base/wallet'
import type { Crypto } from '../../ports/crypto.ts'
import type { Decode, SigningTask, TaskSignature } from '../chain-signer.ts'
import type { Facts } from '../facts.ts'
import { changeIndexMax } from '../limits.ts'
import { derSignature } from './der.ts'
import { hash160, pubKeyHashScript } from './key-script.ts'
import { type OwnScript, type OwnScripts, ownScripts } from './own-scripts.ts'
import { type InputSignature, type Psbt, type PsbtInput, parsePsbt } from './psbt.ts'
import { scriptAddress } from './script-address.ts'
import {
  type PreviousOutput,
  type Sighasher,
  sighashAll,
  sighashDefault,
  sighasher,
} from './sighash.ts'
import { virtualSize } from './virtual-size.ts'

type OwnInput = PsbtInput & {
  readonly position: number
  readonly own: OwnScript
  readonly previous: PreviousOutput
}

type Reading = {
  readonly psbt: Psbt
  readonly ownInputs: readonly OwnInput[]
  /** Whether each output pays the account itself. */
  readonly ownOutputs: readonly boolean[]
  readonly network: NonNullable<Account['network']>
}

/** BIP-174 §Signer: what an amount is worth only the previous transaction or BIP-341 can prove. */
const checkOwnInput = (input: OwnInput): void => {
  const taproot = input.own.taproot !== undefined
  if (!taproot && !input.proven) {
    fail('bad_transaction', 'an input lacks its full previous transaction', 'nonWitnessUtxo')
  }
  const { sighashType } = input
  const allowed = taproot ? [undefined, sighashDefault, sighashAll] : [undefined, sighashAll]
  if (!allowed.includes(sighashType)) {
    fail('bad_transaction', 'the signature would not cover the whole transaction', 'sighashType')
  }
}

const findOwnInputs = (psbt: Psbt, scripts: OwnScripts, search: boolean): readonly OwnInput[] =>
  psbt.inputs.flatMap((input, position) => {
    const { previous, paths } = input
    if (previous === undefined) return []
    const own =
      scripts.find(previous.script, paths) ?? (search ? scripts.search(previous.script) : undefined)
    return own === undefined ? [] : [{ ...input, position, own, previous }]
  })

const checkOutpoints = (psbt: Psbt): void => {
  const outpoints = psbt.inputs.map(({ txid, index }) => `${toHex(txid)}:${index}`)
  if (new Set(outpoints).size !== outpoints.length) {
    fail('bad_transaction', 'two inputs spend the same output')
  }
}

const readPsbt = (untrusted: Bytes, account: Account, crypto: Crypto): Reading => {
  const psbt = parsePsbt(untrusted)
  checkOutpoints(psbt)
  const scripts = ownScripts(account, crypto)
  const search = psbt.inputs.every(({ paths }) => paths.length === 0)
  const ownInputs = findOwnInputs(psbt, scripts, search)
  if (ownInputs.length === 0) return fail('wrong_account', 'no input is of this account')
  for (const input of ownInputs) checkOwnInput(input)
  const ownOutputs = psbt.outputs.map(({ script, paths }) => {
    const own = scripts.find(script, paths) ?? (search ? scripts.search(script) : undefined)
    return own !== undefined && (own.steps[1] ?? 0) <= changeIndexMax
  })
  return { psbt, ownInputs, ownOutputs, network: account.network ?? 'mainnet' }
}

const sum = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((total, amount) => total + amount, 0n)

/**
 * Known where each amount is proven: by the previous transaction, or because a taproot signature
 * of this account commits to it and is worth nothing where it is a lie (BIP-341).
 */
const feeOf = ({ psbt, ownInputs }: Reading): bigint | undefined => {
  const committed = ownInputs.some(({ own, final }) => own.taproot !== undefined && !final)
  const amounts = psbt.inputs.flatMap(({ previous, proven }) =>
    previous !== undefined && (proven || committed) ? [previous.amount] : [],
  )
  if (amounts.length !== psbt.inputs.length) return undefined
  const fee = sum(amounts) - sum(psbt.outputs.map(({ amount }) => amount))
  return fee >= 0n ? fee : fail('bad_transaction', 'the outputs are worth more than the inputs')
}

/**
 * One transfer for each output that is not the account's own. A transaction that pays only itself
 * still moves: without an effect it would satisfy every rule that speaks of effects.
 */
const effectsOf = (reading: Reading, account: Account, crypto: Crypto): Effect[] => {
  const { psbt, ownOutputs, network } = reading
  const transfer = (to: string, amount: bigint): Effect => ({
    type: 'transfer',
    asset: 'native',
    to,
    amount: amount.toString(),
  })
  const effects = psbt.outputs.flatMap(({ script, amount }, index) =>
    ownOutputs[index] === true ? [] : [transfer(scriptAddress(script, network, crypto), amount)],
  )
  return effects.length > 0 ? effects : [transfer(account.address, 0n)]
}

/** What a virtual byte costs, where fee and size can be said. */
const rateOf = (reading: Reading): Facts['feeRate'] => {
  const { psbt, ownInputs } = reading
  const fee = feeOf(reading)
  const kinds = new Map(ownInputs.map(({ position, own }) => [position, own.kind]))
  const inputs = psbt.inputs.map((input, position) => {
    const own = kinds.get(position)
    return own === undefined ? input : { ...input, own }
  })
  const size = virtualSize(inputs, psbt.outputs)
  return fee === undefined || size === undefined ? undefined : { fee, size: BigInt(size) }
}

const factsOf = (reading: Reading, unsigned: readonly OwnInput[]): Facts => {
  const feeRate = rateOf(reading)
  return {
    ...(feeRate === undefined ? {} : { feeRate }),
    sighashes: unsigned.map(({ own, sighashType }) =>
      own.taproot !== undefined && (sighashType ?? sighashDefault) === sighashDefault
        ? 'DEFAULT'
        : 'ALL',
    ),
  }
}

const intentOf = (reading: Reading, account: Account, crypto: Crypto): Intent => {
  const { psbt, ownInputs, ownOutputs, network } = reading
  const fee = feeOf(reading)
  const inflow = sum(ownInputs.map(({ previous }) => previous.amount))
  const change = sum(
    psbt.outputs.flatMap(({ amount }, index) => (ownOutputs[index] === true ? [amount] : [])),
  )
  return {
    chain: 'bitcoin',
    network,
    kind: 'transaction',
    effects: effectsOf(reading, account, crypto),
    ...(fee === undefined ? {} : { fee: fee.toString() }),
    details: {
      version: psbt.version,
      lockTime: psbt.lockTime,
      inputs: psbt.inputs.length,
      ownInputs: ownInputs.length,
      outputs: psbt.outputs.length,
      ownOutputs: ownOutputs.filter(Boolean).length,
      /** Own inputs less own outputs: what the account loses, fee included. */
      outflow: (inflow - change).toString(),
    },
  }
}

const digestOf = (
  input: OwnInput,
  hasher: Sighasher,
  previous: readonly PreviousOutput[],
  crypto: Crypto,
): Bytes => {
  const { own, position } = input
  if (own.taproot !== undefined) {
    return hasher.taproot(position, input.sighashType ?? sighashDefault, previous)
  }
  return own.kind === 'p2pkh'
    ? hasher.legacy(position, pubKeyHashScript(hash160(own.publicKey, crypto)))
    : hasher.witnessV0(position, own.publicKey, input.previous.amount)
}

const taskOf = (input: OwnInput, data: Bytes): SigningTask => {
  const { publicKey, steps, taproot } = input.own
  return taproot === undefined
    ? { algorithm: 'ecdsa-secp256k1', data, steps, publicKey }
    : {
        algorithm: 'bip340',
        data,
        steps,
        publicKey: taproot.outputKey,
        taprootTweak: taproot.tweak,
      }
}

const tasksOf = (
  { psbt }: Reading,
  unsigned: readonly OwnInput[],
  crypto: Crypto,
): readonly SigningTask[] => {
  const hasher = sighasher(psbt, crypto)
  const previous = psbt.inputs.flatMap((input) => input.previous ?? [])
  const taproot = unsigned.some(({ own }) => own.taproot !== undefined)
  if (taproot && previous.length !== psbt.inputs.length) {
    return fail('bad_transaction', 'an input does not say what it spends', 'witnessUtxo')
  }
  return unsigned.map((input) => taskOf(input, digestOf(input, hasher, previous, crypto)))
}

const signatureFields = (input: OwnInput, { signature }: TaskSignature): InputSignature => {
  const { own, position, sighashType } = input
  if (own.taproot !== undefined) {
    // BIP-341: DEFAULT is said by leaving the type byte out.
    const type = (sighashType ?? sighashDefault) === sighashDefault ? [] : [sighashAll]
    return { input: position, fields: { tapKeySig: concat(signature, Uint8Array.from(type)) } }
  }
  const withType = concat(derSignature(signature), Uint8Array.of(sighashAll))
  return {
    input: position,
    fields: {
      partialSig: [[own.publicKey, withType]],
      ...(own.redeemScript === undefined ? {} : { redeemScript: own.redeemScript }),
    },
  }
}

export const decodeBitcoinPsbt: Decode<'bitcoin.psbt'> = ({ payload, account, crypto }) => {
  const reading = readPsbt(bytesOf(payload.psbt, 'base64url'), account, crypto)
  const unsigned = reading.ownInputs.filter(({ final }) => !final)
  if (unsigned.length === 0) return fail('bad_transaction', 'every own input is signed already')
  return {
    intent: intentOf(reading, account, crypto),
    facts: factsOf(reading, unsigned),
    tasks: tasksOf(reading, unsigned, crypto),
    finish: (signatures) => {
      assert(signatures.length === unsigned.length, 'each task has a signature')
      const fields = unsigned.map((input, index) =>
        signatureFields(input, signatures[index] as TaskSignature),
      )
      const { psbt, final } = reading.psbt.complete(fields)
      return {
        kind: 'bitcoin.psbt',
        psbt: toBase64Url(psbt),
        ...(final && { transaction: toHex(final.transaction), id: final.id }),
      }
    },
  }
}
