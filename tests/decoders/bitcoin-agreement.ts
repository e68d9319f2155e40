/**
 * Generated PSBTs, made by bitcoinjs-lib, read and signed by the enclave's decoder and then taken
 * apart, verified and finished by bitcoinjs-lib again: outflow, fee, size and recipients.
 */
import { fromBase64Url, fromHex, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { type BitcoinScript, bitcoinScripts } from '@holdfast/base/chain'
import { AccountId, ObjectId } from '@holdfast/base/ids'
import type { Intent } from '@holdfast/base/intent'
import { BufferSecret } from '@holdfast/base/secret'
import type { Account } from '@holdfast/base/wallet'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import { decodePayload } from '@holdfast/enclave/signing/decode'
import { signTasks } from '@holdfast/enclave/signing/sign-tasks'
import { HDKey } from '@scure/bip32'
import { initEccLib, Psbt, payments, Transaction } from 'bitcoinjs-lib'
import * as ecc from 'tiny-secp256k1'
import { type Compare, type Disagreement, textOf } from './disagreement.ts'
import { isTaken } from './is-taken.ts'
import { generator, pick, type Random, randomBytes, times } from './random.ts'

initEccLib(ecc)

const root = HDKey.fromMasterSeed(utf8('holdfast decoders bitcoin'))
const purposes: Readonly<Record<BitcoinScript, number>> = {
  p2pkh: 44,
  'p2sh-p2wpkh': 49,
  p2wpkh: 84,
  p2tr: 86,
}

type Payment = {
  readonly output: Uint8Array
  readonly address: string
  readonly redeem?: Uint8Array
}

const paymentOf = (script: BitcoinScript, pubkey: Uint8Array): Payment => {
  const made = {
    p2pkh: () => payments.p2pkh({ pubkey }),
    'p2sh-p2wpkh': () => payments.p2sh({ redeem: payments.p2wpkh({ pubkey }) }),
    p2wpkh: () => payments.p2wpkh({ pubkey }),
    p2tr: () => payments.p2tr({ internalPubkey: pubkey.subarray(1) }),
  }[script]()
  const redeem = made.redeem?.output
  return {
    output: made.output as Uint8Array,
    address: made.address as string,
    ...(redeem === undefined ? {} : { redeem }),
  }
}

const accountPath = (script: BitcoinScript): string => `m/${purposes[script]}'/0'/0'`

const accountOf = (script: BitcoinScript): Account => {
  const { publicKey, chainCode } = root.derive(accountPath(script))
  return {
    id: AccountId(`acc_${'1'.repeat(32)}`),
    key: ObjectId(`key_${'1'.repeat(32)}`),
    chain: 'bitcoin',
    script,
    network: 'mainnet',
    path: accountPath(script),
    address: paymentOf(script, publicKey as Uint8Array).address,
    publicKey: toHex(publicKey as Uint8Array),
    chainCode: toHex(chainCode as Uint8Array),
  }
}
const accounts = new Map(bitcoinScripts.map((script) => [script, accountOf(script)]))

const derivationOf = (script: BitcoinScript, path: string, publicKey: Uint8Array) => {
  const fields = {
    masterFingerprint: fromHex(root.fingerprint.toString(16).padStart(8, '0')),
    path,
  }
  return script === 'p2tr'
    ? {
        tapInternalKey: publicKey.subarray(1),
        tapBip32Derivation: [{ ...fields, pubkey: publicKey.subarray(1), leafHashes: [] }],
      }
    : { bip32Derivation: [{ ...fields, pubkey: publicKey }] }
}

const amountOf = (random: Random): bigint => BigInt(10_000 + random(2 ** 31))

/** A transaction that pays the script among others. */
const fundingOf = (random: Random, output: Uint8Array, value: bigint) => {
  const funding = new Transaction()
  funding.addInput(randomBytes(random, 32), random(4))
  const index = random(3)
  for (let at = 0; at < index; at += 1) {
    funding.addOutput(paymentOf('p2wpkh', root.publicKey as Uint8Array).output, amountOf(random))
  }
  funding.addOutput(output, value)
  return { funding, index }
}

type Made = {
  readonly psbt: Psbt
  readonly script: BitcoinScript
  readonly inflow: bigint
  readonly change: bigint
  readonly paid: readonly { readonly to: string; readonly amount: bigint }[]
}

const make = (random: Random): Made => {
  const script = pick(random, bitcoinScripts)
  const psbt = new Psbt()
  psbt.setLocktime(random(500_000))
  let inflow = 0n
  for (let left = 1 + random(4); left > 0; left -= 1) {
    const path = `${accountPath(script)}/${random(2)}/${random(2000)}`
    const publicKey = root.derive(path).publicKey as Uint8Array
    const payment = paymentOf(script, publicKey)
    const value = amountOf(random)
    inflow += value
    const { funding, index } = fundingOf(random, payment.output, value)
    psbt.addInput({
      hash: funding.getHash(),
      index,
      sequence: 0xffff_fff0 + random(15),
      ...(script === 'p2pkh' ? {} : { witnessUtxo: { script: payment.output, value } }),
      ...(script === 'p2tr' ? {} : { nonWitnessUtxo: funding.toBuffer() }),
      ...(payment.redeem === undefined ? {} : { redeemScript: payment.redeem }),
      ...derivationOf(script, path, publicKey),
    })
  }
  let left = inflow - BigInt(random(9000))
  let change = 0n
  const paid: { to: string; amount: bigint }[] = []
  const outputs = 1 + random(4)
  for (let at = 0; at < outputs; at += 1) {
    const value = at === outputs - 1 ? left : BigInt(random(Number(left / 4n) + 1))
    left -= value
    if (random(3) === 0) {
      const path = `${accountPath(script)}/1/${random(5000)}`
      const publicKey = root.derive(path).publicKey as Uint8Array
      const { output } = paymentOf(script, publicKey)
      psbt.addOutput({ script: output, value, ...derivationOf(script, path, publicKey) })
      change += value
    } else {
      const kind = pick(random, bitcoinScripts)
      const key = root.deriveChild(1000 + random(1000)).publicKey as Uint8Array
      const { output, address } = paymentOf(kind, key)
      psbt.addOutput({ script: output, value })
      paid.push({ to: address, amount: value })
    }
  }
  return { psbt, script, inflow, change, paid }
}

const zeroEntropy = {
  bytes: (length: number) => new Uint8Array(length),
  fill: (buffer: Uint8Array) => void buffer.fill(0),
}

/** Signs as the core does, and gives back what bitcoinjs-lib makes of it. */
const read = (crypto: Crypto, made: Made) => {
  const { script } = made
  const payload = { kind: 'bitcoin.psbt', psbt: toBase64Url(made.psbt.toBuffer()) } as const
  const decoded = decodePayload({ payload, account: accounts.get(script), crypto })
  if (!decoded.ok) return decoded.refusal.code
  const { intent, facts, tasks, finish } = decoded.value
  const signatures = signTasks({
    tasks,
    open: ({ steps }) => {
      const { privateKey } = root.derive([accountPath(script), ...steps].join('/'))
      return new BufferSecret(Uint8Array.from(privateKey as Uint8Array))
    },
    crypto,
    entropy: zeroEntropy,
  })
  const signed = finish(signatures)
  if (signed.kind !== 'bitcoin.psbt') return 'another kind of answer'
  if (!isTaken(payload, signed, '')) return 'not taken by the client'
  const psbt = Psbt.fromBuffer(fromBase64Url(signed.psbt))
  return { intent, facts, psbt, transaction: signed.transaction }
}

const verifySchnorrOrEcdsa = (publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array) =>
  publicKey.length === 32
    ? ecc.verifySchnorr(digest, publicKey, signature)
    : ecc.verify(digest, publicKey, signature)

const compare = (made: Made, intent: Intent, psbt: Psbt, note: (what: string) => void) => {
  const { paid, inflow, change } = made
  const fee = inflow - change - paid.reduce((sum, { amount }) => sum + amount, 0n)
  const own = [{ type: 'transfer', asset: 'native', amount: 0n }]
  const effects = intent.effects.map((effect) =>
    effect.type === 'transfer' ? { to: effect.to, amount: BigInt(effect.amount) } : effect,
  )
  if (paid.length > 0 ? textOf(effects) !== textOf(paid) : intent.effects.length !== own.length) {
    note('recipients')
  }
  if (intent.fee !== fee.toString()) note('fee')
  if (intent.details['outflow'] !== (inflow - change).toString()) note('outflow')
  if (!psbt.validateSignaturesOfAllInputs(verifySchnorrOrEcdsa)) note('a signature')
}

export const bitcoinDisagreements: Compare = (crypto, { count, seed }) => {
  const random = generator(seed)
  return times(count, () => make(random)).flatMap((made): readonly Disagreement[] => {
    const found: Disagreement[] = []
    const transaction = toHex(made.psbt.toBuffer())
    const note = (what: string): void => void found.push({ transaction, what })
    const answer = read(crypto, made)
    if (typeof answer === 'string') return [{ transaction, what: `refused: ${answer}` }]
    const { intent, facts, psbt } = answer
    compare(made, intent, psbt, note)
    psbt.finalizeAllInputs()
    if (psbt.getFee() !== BigInt(intent.fee ?? -1)) note('fee by bitcoinjs-lib')
    const final = psbt.extractTransaction(true)
    if (answer.transaction !== final.toHex()) note('the final transaction')
    const size = Number(facts?.feeRate?.size ?? 0n)
    // Signatures are one byte longer, or a few shorter, than the usual length.
    if (Math.abs(final.virtualSize() - size) > psbt.inputCount * 2) note('virtual size')
    return found
  })
}
