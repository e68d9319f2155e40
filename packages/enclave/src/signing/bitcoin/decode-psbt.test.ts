import { fromBase64Url, toHex } from '@holdfast/base/bytes'
import { bitcoinScripts } from '@holdfast/base/chain'
import { intent as intentSchema } from '@holdfast/base/intent'
import { parseValue } from '@holdfast/base/schema'
import * as btc from '@scure/btc-signer'
import { RawPSBTV2 } from '@scure/btc-signer/psbt.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accountFor,
  buildPsbt,
  derivationOf,
  foreign,
  fundingOf,
  keyAt,
  paths,
  psbtPayload,
  signer,
  signPsbt,
  steps,
} from '../testing/build-psbt.ts'
import {
  accountOf,
  decodeOrThrow,
  privateKeyOf,
  refusalOf,
  signPayload,
  testCrypto,
} from '../testing/sign-payload.ts'

const transfer = (to: string, amount: bigint) => ({
  type: 'transfer',
  asset: 'native',
  to,
  amount: String(amount),
})

describe('PSBTs', () => {
  for (const version of [0, 2] as const) {
    it.each(bitcoinScripts)(`signs %s inputs of version ${version} as @scure does`, (script) => {
      const transaction = buildPsbt({
        spends: [{ script }, { script, change: 1, index: 7 }],
        change: { script, amount: 150_000n },
        version,
      })
      const { signed, intent } = signPsbt(transaction.toPSBT(), script)
      parseValue(intentSchema, intent)
      expect(intent).toMatchObject({
        network: 'mainnet',
        fee: '20000',
        effects: [transfer(foreign.address, 30_000n)],
        details: { outflow: '50000', ownInputs: 2, ownOutputs: 1 },
      })
      transaction.sign(signer, undefined, new Uint8Array(32).fill(7))
      transaction.finalize()
      if (signed.kind !== 'bitcoin.psbt') throw new Error('another kind')
      expect(signed.transaction).toBe(transaction.hex)
      expect(signed.id).toBe(transaction.id)
      const resigned = btc.Transaction.fromPSBT(fromBase64Url(signed.psbt))
      resigned.finalize()
      expect(resigned.hex).toBe(transaction.hex)
    })
  }

  it('agrees with @scure on generated transactions of every script', () => {
    const spend = fc.record({
      change: fc.constantFrom(0, 1),
      index: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      amount: fc.bigInt({ min: 100_000n, max: 10n ** 12n }),
    })
    const generated = fc.record({
      script: fc.constantFrom(...bitcoinScripts),
      version: fc.constantFrom(0 as const, 2 as const),
      spends: fc.array(spend, { minLength: 1, maxLength: 3 }),
      outputs: fc.array(fc.bigInt({ min: 0n, max: 30_000n }), { minLength: 1, maxLength: 3 }),
    })
    fc.assert(
      fc.property(generated, ({ script, version, spends, outputs }) => {
        const transaction = buildPsbt({
          spends: spends.map((one) => ({ ...one, script })),
          outputs: outputs.map((amount) => ({ script: foreign.script, amount })),
          version,
        })
        const { signed, intent } = signPsbt(transaction.toPSBT(), script)
        expect(BigInt(intent.fee!)).toBe(transaction.fee)
        transaction.sign(signer, undefined, new Uint8Array(32).fill(7))
        transaction.finalize()
        expect(signed).toMatchObject({ transaction: transaction.hex, id: transaction.id })
      }),
      { numRuns: 60 },
    )
  })

  it('signs with a single key, which has no branches', () => {
    const key = privateKeyOf(0x31)
    const publicKey = testCrypto.secp256k1.publicKey(key)
    const payment = btc.p2tr(publicKey.slice(1))
    const transaction = new btc.Transaction()
    const { id } = fundingOf(payment.script, 5000n, 1)
    transaction.addInput({
      txid: id,
      index: 0,
      witnessUtxo: { script: payment.script, amount: 5000n },
      tapInternalKey: publicKey.slice(1),
    })
    transaction.addOutput({ script: payment.script, amount: 4000n })
    const account = accountOf({
      chain: 'bitcoin',
      script: 'p2tr',
      address: payment.address,
      publicKey: toHex(publicKey),
    })
    const payload = psbtPayload(transaction.toPSBT())
    const { signed, intent } = signPayload({ payload, account, privateKey: key })
    expect(intent).toMatchObject({ fee: '1000', effects: [transfer(payment.address, 0n)] })
    expect(signed).toMatchObject({ transaction: expect.stringMatching(/^0200000000010/) })
  })

  it('knows its inputs and change by their scripts where no path is claimed', () => {
    const spends = [{ script: 'p2wpkh', index: 19, derivation: false }] as const
    const change = { script: 'p2wpkh', index: 3, derivation: false } as const
    const { intent } = signPsbt(buildPsbt({ spends, change }).toPSBT(), 'p2wpkh')
    expect(intent.details).toMatchObject({ ownInputs: 1, ownOutputs: 1, outflow: '31000' })
    const beyond = buildPsbt({ spends: [{ ...spends[0], index: 20 }] }).toPSBT()
    expect(refusalOf(psbtPayload(beyond), accountFor('p2wpkh'))).toBe('wrong_account')
  })

  it('counts change that claims a wrong path, or lies beyond the bound, as leaving', () => {
    const spends = [{ script: 'p2wpkh' }] as const
    const lying = buildPsbt({ spends })
    const key = keyAt('p2wpkh', 1, 0).publicKey!
    lying.addOutput({
      script: foreign.script,
      amount: 60_000n,
      bip32Derivation: [[key, { fingerprint: 1, path: steps(`${paths.p2wpkh}/1/0`) }]] as never,
    })
    expect(signPsbt(lying.toPSBT(), 'p2wpkh').intent.effects).toHaveLength(2)
    const far = buildPsbt({ spends, change: { script: 'p2wpkh', index: 100_001 } })
    expect(signPsbt(far.toPSBT(), 'p2wpkh').intent.effects).toHaveLength(2)
    const near = buildPsbt({ spends, change: { script: 'p2wpkh', index: 100_000 } })
    expect(signPsbt(near.toPSBT(), 'p2wpkh').intent.effects).toHaveLength(1)
  })

  it('signs its own inputs alone and gives no transaction before the others have signed', () => {
    const transaction = buildPsbt({ spends: [{ script: 'p2wpkh' }, { script: 'p2tr' }] })
    const { signed, intent } = signPsbt(transaction.toPSBT(), 'p2wpkh')
    expect(intent.details['ownInputs']).toBe(1)
    // The other input's amount is only claimed, so the fee is not known.
    expect(intent.fee).toBeUndefined()
    expect(signed).not.toHaveProperty('transaction')
    if (signed.kind !== 'bitcoin.psbt') throw new Error('another kind')
    const second = signPsbt(fromBase64Url(signed.psbt), 'p2tr')
    // A taproot signature commits to every amount, so now it is.
    expect(second.intent.fee).toBe('170000')
    transaction.sign(signer, undefined, new Uint8Array(32).fill(7))
    transaction.finalize()
    expect(second.signed).toMatchObject({ transaction: transaction.hex })
  })

  it('leaves no PSBT modifiable that it has signed', () => {
    const transaction = buildPsbt({ spends: [{ script: 'p2wpkh' }], version: 2 })
    expect(RawPSBTV2.decode(transaction.toPSBT()).global.txModifiable).toBe(3)
    const { signed } = signPsbt(transaction.toPSBT(), 'p2wpkh')
    if (signed.kind !== 'bitcoin.psbt') throw new Error('another kind')
    expect(RawPSBTV2.decode(fromBase64Url(signed.psbt)).global.txModifiable).toBe(0)
  })

  it('says SIGHASH_ALL in a taproot signature where the PSBT asks for it', () => {
    const transaction = buildPsbt({ spends: [{ script: 'p2tr' }] })
    transaction.updateInput(0, { sighashType: 1 })
    const { signed } = signPsbt(transaction.toPSBT(), 'p2tr')
    transaction.sign(signer, [1], new Uint8Array(32).fill(7))
    transaction.finalize()
    expect(signed).toMatchObject({ transaction: transaction.hex })
  })

  it('never lets the account lose more than its effects and fee say', () => {
    const generated = fc.record({
      outputs: fc.array(
        fc.record({ own: fc.boolean(), claim: fc.boolean(), amount: fc.bigInt(0n, 20_000n) }),
        { minLength: 1, maxLength: 4 },
      ),
      spends: fc.integer({ min: 1, max: 3 }),
    })
    fc.assert(
      fc.property(generated, ({ outputs, spends }) => {
        const transaction = buildPsbt({
          spends: Array.from({ length: spends }, () => ({ script: 'p2wpkh' }) as const),
          outputs: [],
        })
        const key = keyAt('p2wpkh', 1, 0).publicKey!
        const derivation = derivationOf({ script: 'p2wpkh', change: 1 })
        for (const { own, claim, amount } of outputs) {
          const script = own ? btc.p2wpkh(key).script : foreign.script
          transaction.addOutput({ script, amount, ...(claim ? derivation : {}) })
        }
        const { intent } = decodeOrThrow(psbtPayload(transaction.toPSBT()), accountFor('p2wpkh'))
        const returned = outputs.reduce((sum, one) => sum + (one.own ? one.amount : 0n), 0n)
        const lost = 100_000n * BigInt(spends) - returned
        const said = intent.effects.reduce(
          (sum, effect) => sum + (effect.type === 'transfer' ? BigInt(effect.amount) : 0n),
          BigInt(intent.fee!),
        )
        expect(said).toBeGreaterThanOrEqual(lost)
      }),
      { numRuns: 100 },
    )
  })
})
