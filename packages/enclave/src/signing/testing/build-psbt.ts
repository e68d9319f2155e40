/** PSBTs as a wallet would build them, for the tests of this folder. */
import { toBase64Url, toHex } from '@holdfast/base/bytes'
import type { BitcoinScript } from '@holdfast/base/chain'
import type { Account } from '@holdfast/base/wallet'
import { HDKey } from '@scure/bip32'
import * as btc from '@scure/btc-signer'
import type { Signer } from '@scure/btc-signer/transaction.js'
import { accountOf, privateKeyOf, signPayload, testCrypto } from './sign-payload.ts'

export const paths = {
  p2pkh: "m/44'/0'/0'",
  'p2sh-p2wpkh': "m/49'/0'/0'",
  p2wpkh: "m/84'/0'/0'",
  p2tr: "m/86'/0'/0'",
} as const

export const root = HDKey.fromMasterSeed(privateKeyOf(0x21))
/** @scure's own signer, which answers are compared with. */
export const signer = root as unknown as Signer
export const foreign = btc.p2wpkh(testCrypto.secp256k1.publicKey(privateKeyOf(0x77)))
export const steps = (path: string): number[] => btc.bip32Path(path)

export const accountFor = (script: BitcoinScript): Account => {
  const node = root.derive(paths[script])
  return accountOf({
    chain: 'bitcoin',
    script,
    network: 'mainnet',
    path: paths[script],
    address: 'bc1own',
    publicKey: toHex(node.publicKey!),
    chainCode: toHex(node.chainCode!),
  })
}

export const payments = {
  p2pkh: (key: Uint8Array) => btc.p2pkh(key),
  'p2sh-p2wpkh': (key: Uint8Array) => btc.p2sh(btc.p2wpkh(key)),
  p2wpkh: (key: Uint8Array) => btc.p2wpkh(key),
  p2tr: (key: Uint8Array) => btc.p2tr(key.slice(1)),
}

type Spend = {
  readonly script: BitcoinScript
  readonly change?: number
  readonly index?: number
  readonly amount?: bigint
  readonly full?: boolean
  readonly derivation?: boolean
}

export const keyAt = (script: BitcoinScript, change: number, index: number) =>
  root.derive(`${paths[script]}/${change}/${index}`)

/** The previous transaction that pays `amount` to the script. */
export const fundingOf = (script: Uint8Array, amount: bigint, salt: number) => {
  const transaction = new btc.Transaction({ allowUnknownInputs: true })
  transaction.addInput({ txid: new Uint8Array(32).fill(salt + 1), index: 0 })
  transaction.addOutput({ script, amount })
  return transaction
}

export const derivationOf = ({ script, change = 0, index = 0, derivation = true }: Spend) => {
  if (!derivation) return {}
  const key = keyAt(script, change, index).publicKey!
  const der = {
    fingerprint: root.fingerprint,
    path: steps(`${paths[script]}/${change}/${index}`),
  }
  return script === 'p2tr'
    ? { tapBip32Derivation: [[key.slice(1), { hashes: [], der }]] as never }
    : { bip32Derivation: [[key, der]] as never }
}

const inputFor = (spend: Spend, salt: number) => {
  const { script, change = 0, index = 0, amount = 100_000n, full = script !== 'p2tr' } = spend
  const key = keyAt(script, change, index).publicKey!
  const payment = payments[script](key)
  const funding = fundingOf(payment.script, amount, salt)
  return {
    txid: funding.id,
    index: 0,
    ...(full ? { nonWitnessUtxo: funding.unsignedTx } : {}),
    ...(script === 'p2pkh' ? {} : { witnessUtxo: { script: payment.script, amount } }),
    ...('redeemScript' in payment ? { redeemScript: payment.redeemScript } : {}),
    ...(script === 'p2tr' ? { tapInternalKey: key.slice(1) } : {}),
    ...derivationOf(spend),
  }
}

export const buildPsbt = (input: {
  readonly spends: readonly Spend[]
  readonly outputs?: readonly { script: Uint8Array; amount: bigint }[]
  readonly change?: Spend
  readonly version?: 0 | 2
}) => {
  const { spends, version = 0, change } = input
  const outputs = input.outputs ?? [{ script: foreign.script, amount: 30_000n }]
  const transaction = new btc.Transaction({ PSBTVersion: version, allowUnknownOutputs: true })
  for (const [salt, spend] of spends.entries()) transaction.addInput(inputFor(spend, salt))
  for (const output of outputs) transaction.addOutput(output)
  if (change !== undefined) {
    const { script, change: branch = 1, index = 0, amount = 69_000n } = change
    const key = keyAt(script, branch, index).publicKey!
    const { script: output } = payments[script](key)
    transaction.addOutput({
      script: output,
      amount,
      ...derivationOf({ ...change, change: branch }),
    })
  }
  return transaction
}

export const psbtPayload = (psbt: Uint8Array) =>
  ({ kind: 'bitcoin.psbt', psbt: toBase64Url(psbt) }) as const

export const signPsbt = (psbt: Uint8Array, script: BitcoinScript) =>
  signPayload({
    payload: psbtPayload(psbt),
    account: accountFor(script),
    privateKey: (task) =>
      root.derive([paths[script], ...task.steps].join('/')).privateKey as Uint8Array,
  })
