import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex } from '@holdfast/base/bytes'
import { describe, expect, it } from 'vitest'
import { psbtPayload } from '../testing/build-psbt.ts'
import { accountOf, decodeOrThrow, refusalOf } from '../testing/sign-payload.ts'

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
