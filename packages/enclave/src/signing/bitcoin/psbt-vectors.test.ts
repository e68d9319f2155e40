import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex } from '@holdfast/base/bytes'
import { describe, expect, it } from 'vitest'
import { psbtPayload } from '../testing/build-psbt.ts'
import { accountOf, decodeOrThrow, refusalOf } from '../testing/sign-payload.ts'
import { parsePsbt } from './psbt.ts'

type Vectors = {
  readonly internalKey: string
  readonly invalid: readonly { readonly name: string; readonly psbt: string }[]
  readonly valid: readonly { readonly name: string; readonly psbt: string; readonly fee: string }[]
}

const path = join(import.meta.dirname, 'vectors/bip-371.json')
const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors

/** Taproot knows the x coordinate alone; either parity stands for the key. */
const account = accountOf({
  chain: 'bitcoin',
  script: 'p2tr',
  network: 'testnet',
  publicKey: `02${vectors.internalKey}`,
})

type OldVectors = {
  readonly invalid: Vectors['invalid']
  readonly valid: readonly {
    readonly name: string
    readonly psbt: string
    readonly final: readonly boolean[]
    readonly proven: readonly boolean[]
    readonly sighash: readonly (number | null)[]
  }[]
}
const older = JSON.parse(
  readFileSync(join(import.meta.dirname, 'vectors/bip-174.json'), 'utf8'),
) as OldVectors

describe("the specification's PSBTs", () => {
  it.each(older.valid)('reads $name', ({ psbt, ...expected }) => {
    const { inputs, outputs } = parsePsbt(fromHex(psbt))
    expect(outputs).toHaveLength(2)
    expect(inputs.map(({ final }) => final)).toEqual(expected.final)
    expect(inputs.map(({ proven }) => proven)).toEqual(expected.proven)
    expect(inputs.map(({ sighashType }) => sighashType ?? null)).toEqual(expected.sighash)
  })

  it.each(older.invalid)('refuses $name', ({ psbt }) => {
    expect(refusalOf(psbtPayload(fromHex(psbt)), account)).toBe('bad_transaction')
    expect(() => parsePsbt(fromHex(psbt))).toThrow('bad_transaction')
  })
})

describe("the specification's taproot PSBTs", () => {
  it.each(vectors.valid)('reads $name and finds its own input', ({ psbt, fee }) => {
    const { intent, tasks } = decodeOrThrow(psbtPayload(fromHex(psbt)), account)
    expect(intent).toMatchObject({ fee, details: { ownInputs: 1, outflow: '5000000000' } })
    expect(tasks).toHaveLength(1)
  })

  it.each(vectors.invalid)('refuses $name', ({ psbt }) => {
    expect(refusalOf(psbtPayload(fromHex(psbt)), account)).toBe('bad_transaction')
  })
})
