/**
 * The TDX module against the TCB info (Intel TDX DCAP, "TDX module identity"): its signer, its
 * attributes and its own TCB level. dcap-qvl does not look at the module.
 */
import { type Bytes, fromHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { TcbStatus } from '@holdfast/base/tcb-status'
import type { TdxReport } from '../sgx/quote.ts'
import type { TcbInfo } from '../sgx/tcb.ts'

export type ModuleTcb = { readonly tcbStatus: TcbStatus; readonly advisoryIds: readonly string[] }

const sameUnder = (mask: Bytes, left: Bytes, right: Bytes): boolean =>
  mask.every((bits, index) => ((left[index] ?? 0) & bits) === ((right[index] ?? 0) & bits))

/** The TCB of the module that runs; `wrong_tdx_module` where its maker does not list it. */
export const checkTdxModule = (report: TdxReport, tcbInfo: TcbInfo): ModuleTcb => {
  const [isvSvn, version] = report.teeTcbSvn as unknown as [number, number]
  const id = `TDX_${version.toString(16).padStart(2, '0').toUpperCase()}`
  const identity = tcbInfo.tdxModuleIdentities?.find((module) => module.id.toUpperCase() === id)
  const module = version === 0 ? tcbInfo.tdxModule : identity
  if (
    module === undefined ||
    module.mrsigner.toLowerCase() !== report.mrSignerSeam ||
    !sameUnder(
      fromHex(module.attributesMask),
      fromHex(module.attributes),
      fromHex(report.seamAttributes),
    )
  ) {
    return fail('wrong_tdx_module', 'the TDX module is not in the TCB info')
  }
  if (version === 0 || identity === undefined) return { tcbStatus: 'UpToDate', advisoryIds: [] }
  const level = identity.tcbLevels.find(({ tcb }) => isvSvn >= tcb.isvsvn)
  if (level === undefined) return fail('tcb_unknown', 'no TCB level fits the TDX module')
  return { tcbStatus: level.tcbStatus, advisoryIds: level.advisoryIDs ?? [] }
}

/** What platform and module are together, by the rule of Intel's own verifier. */
export const convergeTcb = (platform: TcbStatus, module: TcbStatus): TcbStatus => {
  if (platform === 'Revoked' || module === 'Revoked') return 'Revoked'
  if (module === 'UpToDate') return platform
  return platform === 'ConfigurationNeeded' ||
    platform === 'ConfigurationAndSWHardeningNeeded' ||
    platform === 'OutOfDateConfigurationNeeded'
    ? 'OutOfDateConfigurationNeeded'
    : 'OutOfDate'
}
