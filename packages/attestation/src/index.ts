/** Evidence to verdict. Pure: clock, entropy and trusted roots are arguments. */
export { toPem, toPemChain } from './pem.ts'
export { intelRootCa } from './sgx/intel-root.ts'
export { type SgxReport, type TdxReport, withoutZeroPadding } from './sgx/quote.ts'
export { type TcbStatus, tcbStatuses } from './sgx/tcb.ts'
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
