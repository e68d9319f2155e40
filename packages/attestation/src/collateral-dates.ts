/** When collateral was issued and until when it is good, as it says itself: nothing is verified. */
import { fromHex } from '@holdfast/base/bytes'
import { type Collateral, isSnpCollateral } from '@holdfast/base/collateral'
import { attempt, type Result } from '@holdfast/base/errors'
import { parseCertificate, parseCrl } from '@holdfast/base/x509-reader'
import { parseTcbInfo } from './sgx/tcb.ts'

/** Of verified collateral: of the TCB info, or of AMD's CRL. Fails as their parsers do. */
export const collateralIssuedAtMs = (collateral: Collateral): number =>
  isSnpCollateral(collateral)
    ? parseCrl(fromHex(collateral.crl)).thisUpdateMs
    : Date.parse(parseTcbInfo(collateral.tcbInfo).issueDate)

/** Refuses what cannot be parsed; a verifier may find an earlier date in the other parts. */
export const collateralExpiresAtMs = (collateral: Collateral): Result<number> =>
  attempt(() => {
    if (!isSnpCollateral(collateral)) {
      return Date.parse(parseTcbInfo(collateral.tcbInfo).nextUpdate)
    }
    const { crl, ...certificates } = collateral
    const ends = Object.values(certificates).map((der) => parseCertificate(fromHex(der)).notAfterMs)
    return Math.min(parseCrl(fromHex(crl)).nextUpdateMs, ...ends)
  })
