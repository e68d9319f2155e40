import { fromHex } from '@holdfast/base/bytes'
import { bitcoinScripts } from '@holdfast/base/chain'
import { RawPSBTV0 } from '@scure/btc-signer/psbt.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accountFor,
  buildPsbt,
  foreign,
  psbtPayload,
  signer,
  signPsbt,
} from '../testing/build-psbt.ts'
import { refusalOf } from '../testing/sign-payload.ts'

describe('PSBTs that are refused', () => {
  it.each(['p2pkh', 'p2sh-p2wpkh', 'p2wpkh'] as const)(
    'refuses %s inputs without their whole previous transaction',
    (script) => {
      const parsed = RawPSBTV0.decode(buildPsbt({ spends: [{ script }] }).toPSBT())
      const input = parsed.inputs[0]!
      input.witnessUtxo = input.nonWitnessUtxo!.outputs[0]!
      delete input.nonWitnessUtxo
      const psbt = RawPSBTV0.encode(parsed)
      expect(refusalOf(psbtPayload(psbt), accountFor(script))).toBe('bad_transaction')
    },
  )

  it('refuses a previous transaction that has another txid or another amount', () => {
    const amountOf = (change: (amount: bigint) => bigint) => {
      const parsed = RawPSBTV0.decode(buildPsbt({ spends: [{ script: 'p2wpkh' }] }).toPSBT())
      const output = parsed.inputs[0]!.nonWitnessUtxo!.outputs[0]!
      output.amount = change(output.amount)
      parsed.inputs[0]!.witnessUtxo = { ...output }
      return refusalOf(psbtPayload(RawPSBTV0.encode(parsed)), accountFor('p2wpkh'))
    }
    expect(amountOf((amount) => amount)).toBeUndefined()
    expect(amountOf((amount) => amount - 1n)).toBe('bad_transaction')
  })

  it.each([
    ['p2wpkh', 2],
    ['p2wpkh', 3],
    ['p2wpkh', 0x81],
    ['p2wpkh', 0],
    ['p2tr', 2],
    ['p2tr', 3],
    ['p2tr', 0x83],
  ] as const)('refuses %s inputs with sighash type %i', (script, sighashType) => {
    const transaction = buildPsbt({ spends: [{ script }] })
    transaction.updateInput(0, { sighashType })
    expect(refusalOf(psbtPayload(transaction.toPSBT()), accountFor(script))).toBe('bad_transaction')
  })

  it('refuses outputs worth more than the inputs, and no input of its own', () => {
    const outputs = [{ script: foreign.script, amount: 100_001n }]
    const rich = buildPsbt({ spends: [{ script: 'p2wpkh' }], outputs }).toPSBT()
    expect(refusalOf(psbtPayload(rich), accountFor('p2wpkh'))).toBe('bad_transaction')
    const other = buildPsbt({ spends: [{ script: 'p2wpkh' }] }).toPSBT()
    expect(refusalOf(psbtPayload(other), accountFor('p2tr'))).toBe('wrong_account')
  })

  it('refuses one output spent twice', () => {
    const parsed = RawPSBTV0.decode(buildPsbt({ spends: [{ script: 'p2wpkh' }] }).toPSBT())
    const unsigned = parsed.global.unsignedTx!
    unsigned.inputs.push(...unsigned.inputs)
    parsed.inputs.push(...parsed.inputs)
    const psbt = RawPSBTV0.encode(parsed)
    expect(refusalOf(psbtPayload(psbt), accountFor('p2wpkh'))).toBe('bad_transaction')
  })

  it('refuses to sign again what is final', () => {
    const transaction = buildPsbt({ spends: [{ script: 'p2wpkh' }] })
    transaction.sign(signer)
    transaction.finalize()
    const payload = psbtPayload(transaction.toPSBT())
    expect(refusalOf(payload, accountFor('p2wpkh'))).toBe('bad_transaction')
  })

  // BIP-174 §Test Vectors (BSD-2-Clause): a network transaction; no unsigned transaction.
  it.each([
    [
      'a network transaction',
      '0200000001268171371edff285e937adeea4b37b78000c0566cbb3ad64641713ca42171bf60000000000' +
        'feffffff02d3dff505000000001976a914d0c59903c5bac2868760e90fd521a4665aa7652088ac00e1f505' +
        '0000000017a9143545e6e33b832c47050f24d3eeb93c9c03948bc787b32e1300',
    ],
    ['no unsigned transaction', '70736274ff0000'],
    ['another magic', '70736275ff00'],
    ['nothing', ''],
  ])('refuses %s', (_name, hex) => {
    expect(refusalOf(psbtPayload(fromHex(hex)), accountFor('p2wpkh'))).toBe('bad_transaction')
  })

  it('refuses bytes behind a PSBT, a missing output map and a repeated key', () => {
    const psbt = buildPsbt({ spends: [{ script: 'p2wpkh' }] }).toPSBT()
    const account = accountFor('p2wpkh')
    const refusal = (bytes: ArrayLike<number>) =>
      refusalOf(psbtPayload(Uint8Array.from(bytes)), account)
    expect(refusal(psbt)).toBeUndefined()
    expect(refusal([...psbt, 0])).toBe('bad_transaction')
    expect(refusal(psbt.slice(0, -1))).toBe('bad_transaction')
    const global = 5 + 3 + psbt[7]!
    const record = psbt.slice(5, global)
    expect(refusal([...psbt.slice(0, 5), ...record, ...psbt.slice(5)])).toBe('bad_transaction')
  })

  it('meets hostile bytes with a refusal, in bounded time', () => {
    const bases = bitcoinScripts.flatMap((script) =>
      ([0, 2] as const).map((version) => ({
        script,
        psbt: buildPsbt({ spends: [{ script }], change: { script }, version }).toPSBT(),
      })),
    )
    const mutated = fc.record({
      base: fc.constantFrom(...bases),
      edits: fc.array(
        fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), cut: fc.boolean() }),
        { minLength: 1, maxLength: 4 },
      ),
    })
    const begun = performance.now()
    fc.assert(
      fc.property(mutated, ({ base, edits }) => {
        const bytes = [...base.psbt]
        for (const { at, byte, cut } of edits) {
          if (cut) bytes.splice(at % bytes.length, 1)
          else bytes[at % bytes.length] = byte
        }
        const refusal = refusalOf(psbtPayload(Uint8Array.from(bytes)), accountFor(base.script))
        expect([undefined, 'bad_transaction', 'wrong_account']).toContain(refusal)
        // What is accepted can be signed to the end.
        if (refusal === undefined) signPsbt(Uint8Array.from(bytes), base.script)
      }),
      { numRuns: 400 },
    )
    expect(performance.now() - begun).toBeLessThan(30_000)
  })
})
