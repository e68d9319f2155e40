import { fromHex, toBase64Url, toHex } from '@holdfast/base/bytes'
import { type BitcoinScript, bitcoinNetworks, bitcoinScripts } from '@holdfast/base/chain'
import { HDKey } from '@scure/bip32'
import * as btc from '@scure/btc-signer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addressOf } from '../../packages/enclave/src/signing/addresses.ts'
import {
  accountOf,
  privateKeyOf,
  signPayload,
  testCrypto,
} from '../../packages/enclave/src/signing/testing/sign-payload.ts'
import {
  type FundedOutput,
  type Litecoind,
  litecoindProgram,
  startLitecoind,
} from '../support/litecoind.ts'

const network = 'litecoin-regtest'
const parameters = bitcoinNetworks[network]
const root = HDKey.fromMasterSeed(privateKeyOf(0x21))
const node = root.derive("m/84'/1'/0'")
const keyAt = (change: number, index: number) => node.derive(`m/${change}/${index}`)

const addressAt = (script: BitcoinScript, change: number, index: number) =>
  addressOf({
    chain: 'bitcoin',
    publicKey: keyAt(change, index).publicKey!,
    script,
    network,
    crypto: testCrypto,
  })

const accountFor = (script: BitcoinScript) =>
  accountOf({
    chain: 'bitcoin',
    script,
    network,
    path: "m/84'/1'/0'",
    address: addressAt(script, 0, 0),
    publicKey: toHex(node.publicKey!),
    chainCode: toHex(node.chainCode!),
  })

const derivation = (script: BitcoinScript, change: number, index: number) => {
  const path = btc.bip32Path(`m/84'/1'/0'/${change}/${index}`)
  const der = { fingerprint: root.fingerprint, path }
  const key = keyAt(change, index).publicKey!
  return script === 'p2tr'
    ? { tapBip32Derivation: [[key.slice(1), { hashes: [], der }]] as never }
    : { bip32Derivation: [[key, der]] as never }
}

const amount = 1_000_000n
const sent = 400_000n
const fee = 2000n

const unsigned = (script: BitcoinScript, funded: FundedOutput, to: string): Uint8Array => {
  const transaction = new btc.Transaction()
  const chain = { ...parameters, wif: parameters.wif }
  transaction.addInput({
    txid: funded.txid,
    index: funded.index,
    nonWitnessUtxo: fromHex(funded.transaction),
    ...derivation(script, 0, 0),
  })
  transaction.addOutputAddress(to, sent, chain)
  const change = btc.OutScript.encode(btc.Address(chain).decode(addressAt(script, 1, 0)))
  transaction.addOutput({
    script: change,
    amount: amount - sent - fee,
    ...derivation(script, 1, 0),
  })
  return transaction.toPSBT()
}

const program = litecoindProgram()

describe.skipIf(program === undefined)('a real node of Bitcoin’s family', () => {
  let litecoind: Litecoind
  beforeAll(async () => {
    litecoind = await startLitecoind(program!)
  })
  afterAll(async () => litecoind?.[Symbol.asyncDispose]())

  const sign = async (script: BitcoinScript) => {
    const funded = await litecoind.fund(addressAt(script, 0, 0), amount)
    const to = await litecoind.rpc<string>('getnewaddress')
    const psbt = toBase64Url(unsigned(script, funded, to))
    const { signed, intent } = signPayload({
      payload: { kind: 'bitcoin.psbt', psbt },
      account: accountFor(script),
      privateKey: ({ steps }) => keyAt(steps[0]!, steps[1]!).privateKey!,
    })
    if (signed.kind !== 'bitcoin.psbt') throw new Error('another kind')
    expect(intent).toMatchObject({
      fee: String(fee),
      effects: [{ type: 'transfer', to, amount: String(sent) }],
    })
    return { transaction: signed.transaction!, id: signed.id! }
  }

  it.each(bitcoinScripts)('confirms a signed spend of %s', async (script) => {
    const { transaction, id } = await sign(script)
    expect(await litecoind.rpc('sendrawtransaction', transaction)).toBe(id)
    await litecoind.mine(1)
    expect(await litecoind.confirmations(id)).toBe(1)
  })

  it.each(['p2wpkh', 'p2tr'] as const)('refuses a tampered signature over %s', async (script) => {
    const { transaction } = await sign(script)
    const parsed = btc.Transaction.fromRaw(fromHex(transaction))
    const signature = toHex(parsed.getInput(0).finalScriptWitness![0]!)
    const middle = signature.length / 2
    const flipped = signature[middle] === '0' ? '1' : '0'
    const tampered = signature.slice(0, middle) + flipped + signature.slice(middle + 1)
    const raw = transaction.replace(signature, tampered)
    expect(raw).not.toBe(transaction)
    await expect(litecoind.rpc('sendrawtransaction', raw)).rejects.toThrow(
      /script-verify|Signature/,
    )
    await litecoind.rpc('sendrawtransaction', transaction)
  })
})
