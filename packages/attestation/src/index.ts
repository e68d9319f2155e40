/** Evidence to verdict. Pure: clock, entropy and trusted roots are arguments. */
export { collateralExpiresAtMs, collateralIssuedAtMs } from './collateral-dates.ts'
export {
  encodeIdentity,
  nonceLength,
  nonceMessage,
  parseIdentity,
  reportDataOf,
} from './identity.ts'
export { encodeBootStatement, verifyBootStatement } from './manifest/boot-statement.ts'
export { encodeHomeStatement, verifyHomeStatement } from './manifest/home-statement.ts'
export {
  type DelayedMeasurement,
  type UpcomingMeasurement,
  upcomingMeasurements,
} from './manifest/measurement-delay.ts'
export {
  type GovernorSignature,
  signaturesFromText,
  signaturesToText,
  signBootStatement,
  signHomeStatement,
  signManifest,
} from './manifest/signature.ts'
export {
  encodeManifest,
  encodeSignedManifest,
  parseSignedManifest,
  type UntrustedManifest,
} from './manifest/signed-manifest.ts'
export { encodeSignedStatement } from './manifest/signed-statement.ts'
export {
  checkManifestInForce,
  type VerifiedManifest,
  verifyGenesis,
  verifyManifestChain,
  verifySuccessor,
} from './manifest/verify.ts'
export {
  nitroMeasurement,
  quoteMeasurement,
  snpMeasurement,
  tdxMeasurement,
} from './measurement.ts'
export type { NitroDocument } from './nitro/document.ts'
export { awsNitroRoot, type NitroInput, type NitroVerdict, verifyNitro } from './nitro/verify.ts'
export { parsePemChain, toPem, toPemChain } from './pem.ts'
export {
  type PlatformVerdict,
  tcbText,
  verdictMeasurement,
  verdictPlatformHash,
  verifyPlatform,
} from './platform-verdict.ts'
export {
  endorsementsOid,
  evidenceFromCertificate,
  evidenceOid,
  raTlsCertificate,
} from './ra-tls.ts'
export { intelRootCa } from './sgx/intel-root.ts'
export { type SgxReport, type TdxReport, withoutZeroPadding } from './sgx/quote.ts'
export { type QuotePlatform, quotePlatform } from './sgx/quote-platform.ts'
export { signedText, splitSignedText } from './sgx/signed-text.ts'
export { type QuoteInput, type QuoteVerdict, verifyQuote } from './sgx/verify.ts'
export {
  type SimulatedCollateral,
  simulatedCollateral,
  simulatedTcbEvaluationDataNumber,
} from './simulated/collateral.ts'
export type { Entropy } from './simulated/p256.ts'
export {
  createSimulatedPlatform,
  ppidHashOf,
  type SimulatedPlatform,
  simulatedFmspc,
} from './simulated/platform.ts'
export { type SimulatedReport, simulatedQuote } from './simulated/quote.ts'
export {
  createSimulatedRoot,
  type SimulatedRoot,
  simulatedRootCertificate,
} from './simulated/root.ts'
export { type SnpCertificates, snpCertificateTable } from './snp/certificate-table.ts'
export type { SnpReport } from './snp/report.ts'
export { type SnpPlatform, snpPlatform } from './snp/snp-platform.ts'
export {
  amdRoots,
  defaultSnpPolicy,
  type SnpInput,
  type SnpVerdict,
  snpTcbText,
  verifySnp,
} from './snp/verify.ts'
export {
  type Difference,
  type EvidenceInput,
  type EvidenceRefused,
  type EvidenceResult,
  explainEvidence,
  type Verdict,
  verifyEvidence,
} from './verdict.ts'
