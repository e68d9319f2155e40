/** The collateral of one machine's quotes (SGX, TDX), from a PCCS. */
import { quotePlatform, verifyQuote } from '@holdfast/attestation'
import type { Bytes } from '@holdfast/base/bytes'
import { type DcapCollateral, dcapCollateralSchema } from '@holdfast/base/collateral'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import {
  type CollateralKeeper,
  type KeeperOptions,
  openCollateralKeeper,
} from './collateral-keeper.ts'
import type { FetchCollateral } from './pccs-client.ts'

export type DcapCollateralOptions = Pick<
  KeeperOptions<DcapCollateral>,
  'file' | 'nowMs' | 'logs'
> & {
  /** Absent where no PCCS is configured: then only what is on disk is served. */
  readonly fetchCollateral?: FetchCollateral
  /** A quote of this machine: what the collateral is for. */
  readonly quote: Bytes
  readonly rootCa: Bytes
}

/** Refuses as `openCollateralKeeper` does, and what the quote's parser refuses. */
export const openDcapCollateral = async (
  options: DcapCollateralOptions,
): Promise<Result<CollateralKeeper<DcapCollateral>>> => {
  const { quote, rootCa, fetchCollateral, file, nowMs, logs } = options
  const about = quotePlatform(quote)
  if (!about.ok) return about
  return openCollateralKeeper({
    schema: dcapCollateralSchema,
    file,
    nowMs,
    logs,
    fetchCollateral: async () =>
      fetchCollateral === undefined
        ? refuse('no_collateral', 'no PCCS is configured', 'pccs')
        : fetchCollateral(about.value),
    judge: (collateral, atMs) => {
      const verdict = verifyQuote({ quote, collateral, rootCa, nowMs: atMs })
      if (!verdict.ok) return verdict
      const { collateralExpiresAtMs: expiresAtMs, tcbEvaluationDataNumber } = verdict.value
      return accept({ expiresAtMs, evaluation: tcbEvaluationDataNumber })
    },
  })
}
