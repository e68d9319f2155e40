import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quotePlatform, simulatedCollateral, withoutZeroPadding } from '@holdfast/attestation'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { openTdxMachine } from '@holdfast/node/platform/tsm/open-tdx-machine'
import { readTsmReport } from '@holdfast/node/platform/tsm/tsm-report'
import { silentLogs } from '@holdfast/node/testing/tls-identity'
import { afterEach, describe, expect, it } from 'vitest'
import { realEvidence, realNowMs, reportData, root } from '../attestation/world.ts'
import { playTsm, type TsmPlayer } from './tsm-player.ts'

const players: TsmPlayer[] = []
afterEach(async () => {
  for (const player of players.splice(0)) await player.stop()
})
const play = (options: Parameters<typeof playTsm>[0]): TsmPlayer['options'] => {
  const player = playTsm(options)
  players.push(player)
  return player.options
}

describe('reports of a confidential guest', () => {
  it('are over what was asked for, with the provider and what the host gives along', () => {
    const auxiliary = Uint8Array.of(1, 2, 3)
    const report = new Uint8Array(1184).fill(5)
    const options = play({ provider: 'sev_guest', report, at: 0x50, auxiliary })
    const expected = report.slice()
    expected.set(reportData, 0x50)
    expect(readTsmReport(reportData, options)).toEqual({
      ok: true,
      value: { platform: 'snp', report: expected, auxiliary },
    })
  })

  it('are read again where another process came between, and given up in the end', () => {
    const report = new Uint8Array(64)
    const twice = play({ provider: 'tdx_guest', report, at: 0, disturbed: 2 })
    expect(readTsmReport(reportData, twice)).toMatchObject({ value: { report: reportData } })
    const always = play({ provider: 'tdx_guest', report, disturbed: 99 })
    expect(readTsmReport(reportData, always)).toMatchObject({
      refusal: { code: 'no_evidence', subject: 'generation' },
    })
  })

  it('are refused from a provider of another kind, of no length, and where there are none', () => {
    const report = new Uint8Array(64)
    expect(readTsmReport(reportData, play({ provider: 'arm_cca_guest', report }))).toMatchObject({
      refusal: { code: 'no_evidence', subject: 'provider' },
    })
    const empty = play({ provider: 'tdx_guest', report: new Uint8Array() })
    expect(readTsmReport(reportData, empty)).toMatchObject({ refusal: { code: 'quote_malformed' } })
    const none = { folder: '/sys/kernel/no-such-folder', name: 'x' }
    expect(readTsmReport(reportData, none)).toMatchObject({ refusal: { code: 'no_evidence' } })
    expect(readTsmReport(new Uint8Array(63), empty)).toMatchObject({
      refusal: { code: 'invalid_field' },
    })
  })
})

const real = realEvidence('tdx')
describe.skipIf(real === undefined)('a node in a TDX guest', () => {
  /** The report data of a version 4 quote. */
  const at = 48 + 520
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-tdx-'))
  afterEach(() => rmSync(join(dir, 'collateral.json'), { force: true }))
  const open = (tsm: TsmPlayer['options'], changes = {}) =>
    openTdxMachine({
      dir,
      tsm,
      entropy: createEntropy(),
      fetchCollateral: async () => ({ ok: true, value: real!.collateral }),
      nowMs: () => realNowMs,
      logs: silentLogs,
      ...changes,
    })

  it('takes its quote without the kernel’s padding, and refuses one over other data', async () => {
    const about = quotePlatform(withoutZeroPadding(real!.quote))
    if (!about.ok) throw new Error(about.refusal.code)
    const own = about.value.reportData
    const options = play({ provider: 'tdx_guest', report: real!.quote })
    const read = readTsmReport(own, options)
    expect(read.ok && withoutZeroPadding(read.value.report)).toEqual(
      withoutZeroPadding(real!.quote),
    )
    expect(await open(options)).toMatchObject({ refusal: { code: 'wrong_report_data' } })
  })

  it('refuses a quote that the hardware did not sign', async () => {
    const forged = play({ provider: 'tdx_guest', report: real!.quote, at })
    expect(await open(forged)).toMatchObject({ refusal: { code: 'quote_signature' } })
  })

  it('refuses a guest of SEV-SNP, and collateral of another platform', async () => {
    const snp = play({ provider: 'sev_guest', report: real!.quote, at })
    expect(await open(snp)).toMatchObject({ refusal: { code: 'quote_unsupported' } })
    const other = play({ provider: 'tdx_guest', report: real!.quote, at })
    const value = simulatedCollateral(root, { nowMs: realNowMs })
    const fetchCollateral = async () => ({ ok: true, value }) as const
    const opened = await open(other, { fetchCollateral })
    expect(opened.ok ? 'accepted' : opened.refusal.code).toMatch(/unknown_root|mismatch/)
  })
})
