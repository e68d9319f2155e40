import { attempt } from '@holdfast/base/errors'
import { tcbStatuses } from '@holdfast/base/tcb-status'
import { describe, expect, it } from 'vitest'
import type { TdxReport } from '../sgx/quote.ts'
import type { TcbInfo } from '../sgx/tcb.ts'
import { checkTdxModule, convergeTcb } from './module.ts'

const signer = '00'.repeat(48)
const identity = { mrsigner: signer, attributes: '00'.repeat(8), attributesMask: 'FF'.repeat(8) }
const tcbInfo = {
  tdxModule: identity,
  tdxModuleIdentities: [
    {
      id: 'TDX_01',
      ...identity,
      tcbLevels: [
        { tcb: { isvsvn: 4 }, tcbStatus: 'UpToDate' },
        { tcb: { isvsvn: 2 }, tcbStatus: 'OutOfDate', advisoryIDs: ['INTEL-SA-00001'] },
      ],
    },
  ],
} as unknown as TcbInfo

const report = (isvSvn: number, version: number, changes: Partial<TdxReport> = {}): TdxReport =>
  ({
    platform: 'tdx',
    teeTcbSvn: Uint8Array.of(isvSvn, version),
    mrSignerSeam: signer,
    seamAttributes: '00'.repeat(8),
    ...changes,
  }) as TdxReport

const judge = (checked: TdxReport): string => {
  const result = attempt(() => checkTdxModule(checked, tcbInfo))
  return result.ok ? result.value.tcbStatus : result.refusal.code
}

describe('the TDX module', () => {
  it('has the TCB level of its version', () => {
    expect(judge(report(9, 1))).toBe('UpToDate')
    expect(judge(report(4, 1))).toBe('UpToDate')
    expect(judge(report(3, 1))).toBe('OutOfDate')
    expect(judge(report(1, 1))).toBe('tcb_unknown')
    expect(judge(report(0, 0))).toBe('UpToDate')
  })

  it('is refused with another signer, other attributes or an unlisted version', () => {
    expect(judge(report(4, 2))).toBe('wrong_tdx_module')
    expect(judge(report(4, 1, { mrSignerSeam: '01'.repeat(48) }))).toBe('wrong_tdx_module')
    expect(judge(report(4, 1, { seamAttributes: '01'.repeat(8) }))).toBe('wrong_tdx_module')
    expect(judge(report(4, 0, { mrSignerSeam: '01'.repeat(48) }))).toBe('wrong_tdx_module')
  })

  it('never makes a platform look better than it is', () => {
    for (const platform of tcbStatuses) {
      expect(convergeTcb(platform, 'UpToDate')).toBe(platform)
      expect(convergeTcb(platform, 'Revoked')).toBe('Revoked')
      const converged = convergeTcb(platform, 'OutOfDate')
      expect(tcbStatuses.indexOf(converged)).toBeGreaterThanOrEqual(
        tcbStatuses.indexOf('OutOfDate'),
      )
      expect(tcbStatuses.indexOf(converged)).toBeGreaterThanOrEqual(tcbStatuses.indexOf(platform))
    }
  })
})
