import { fromBase64Url, toHex } from '@holdfast/base/bytes'
import { bitcoinScripts } from '@holdfast/base/chain'
import { Transaction } from '@scure/btc-signer'
import { describe, expect, it } from 'vitest'
import { buildPsbt, keyAt, signPsbt } from '../testing/build-psbt.ts'

describe('a PSBT that carries a signature of the account already', () => {
  it.each(bitcoinScripts)('is signed again for %s, whatever that signature was', (script) => {
    const clean = signPsbt(buildPsbt({ spends: [{ script }] }).toPSBT(), script)
    if (clean.signed.kind !== 'bitcoin.psbt') throw new Error('another kind')
    const again = signPsbt(fromBase64Url(clean.signed.psbt), script)
    expect(again.signed).toEqual(clean.signed)

    const forged = buildPsbt({ spends: [{ script }] })
    const der = '3006020101020101'
    const fields =
      script === 'p2tr'
        ? { tapKeySig: new Uint8Array(64).fill(1) }
        : {
            partialSig: [[keyAt(script, 0, 0).publicKey!, Buffer.from(`${der}01`, 'hex')]] as never,
          }
    forged.updateInput(0, fields, true)
    const replaced = signPsbt(forged.toPSBT(), script)
    expect(replaced.signed).toMatchObject({ transaction: clean.signed.transaction })
    if (replaced.signed.kind !== 'bitcoin.psbt') throw new Error('another kind')
    const psbt = Transaction.fromPSBT(fromBase64Url(replaced.signed.psbt))
    expect(toHex(psbt.unsignedTx)).toBe(toHex(forged.unsignedTx))
  })
})
