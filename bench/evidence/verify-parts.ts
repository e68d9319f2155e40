/** The verifiers over evidence in parts; runs in Node and in a browser. */
import { intelRootCa, verifyNitro, verifyQuote, verifySnp } from '@holdfast/attestation'
import { type Bytes, fromUtf8 } from '@holdfast/base/bytes'
import { dcapCollateralSchema } from '@holdfast/base/collateral'
import { type Result, refuse } from '@holdfast/base/errors'

export type Parts = Readonly<Record<string, Bytes>>
export type Verify = (parts: Parts, nowMs: number) => Result<unknown>
export type PlatformName = 'sgx' | 'tdx' | 'snp' | 'nitro'

const empty = new Uint8Array()

/** Bytes that are no UTF-8 reach no verifier as text. */
const textOf = (bytes: Bytes): string | undefined => {
  try {
    return fromUtf8(bytes)
  } catch {
    return undefined
  }
}

const verifyDcap: Verify = ({ quote = empty, ...rest }, nowMs) => {
  const texts = Object.entries(rest).map(([field, bytes]) => [field, textOf(bytes)])
  const parsed = dcapCollateralSchema.safeParse(Object.fromEntries(texts))
  if (!parsed.success) return refuse('collateral_malformed', 'a part is no text')
  return verifyQuote({ quote, collateral: parsed.data, rootCa: intelRootCa(), nowMs })
}

export const verifyParts: Readonly<Record<PlatformName, Verify>> = {
  sgx: verifyDcap,
  tdx: verifyDcap,
  snp: ({ report = empty, ...chain }, nowMs) =>
    verifySnp({ report, chain: ['vcek', 'ask', 'ark'].map((name) => chain[name] ?? empty), nowMs }),
  nitro: ({ document = empty }, nowMs) => verifyNitro({ document, nowMs }),
}
