import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { intelRootCa, simulatedCollateral, withoutZeroPadding } from '@holdfast/attestation'
import {
  type DcapCollateralOptions,
  openDcapCollateral,
} from '@holdfast/node/platform/pccs/dcap-collateral'
import { createPccsClient } from '@holdfast/node/platform/pccs/pccs-client'
import { silentLogs } from '@holdfast/node/testing/tls-identity'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  dayMs,
  nowMs,
  realEvidence,
  realNowMs,
  root,
  rootCa,
  simulatedInput,
} from '../attestation/world.ts'
import { type PccsServer, startPccs } from './pccs-server.ts'

let dir: string
let pccs: PccsServer
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-keeper-'))
  pccs = await startPccs(simulatedCollateral(root, { nowMs }))
})
afterEach(async () => {
  rmSync(dir, { recursive: true })
  await pccs.stop()
})

const clock = { ms: nowMs }
const open = (
  changes: { [Name in keyof DcapCollateralOptions]?: DcapCollateralOptions[Name] | undefined } = {},
) => {
  clock.ms = nowMs
  return openDcapCollateral({
    fetchCollateral: createPccsClient(pccs.address),
    file: join(dir, 'collateral.json'),
    quote: simulatedInput().quote,
    rootCa,
    nowMs: () => clock.ms,
    logs: silentLogs,
    ...changes,
  } as DcapCollateralOptions)
}
const opened = async (changes = {}) => {
  const keeper = await open(changes)
  if (!keeper.ok) throw new Error(keeper.refusal.code)
  return keeper.value
}
const evaluationOf = (text: string) =>
  (JSON.parse(text) as { tcbEvaluationDataNumber: number }).tcbEvaluationDataNumber

for (const platform of ['sgx', 'tdx'] as const) {
  const real = realEvidence(platform)
  describe.skipIf(real === undefined)(`real collateral of Intel for ${platform}`, () => {
    it('comes from a PCCS byte by byte, by the quote’s own FMSPC and authority', async () => {
      pccs.answer(real!.collateral)
      const now = () => realNowMs
      const quote = withoutZeroPadding(real!.quote)
      const keeper = await opened({ quote, rootCa: intelRootCa(), nowMs: now })
      expect(keeper.current()).toEqual(real!.collateral)
      const asked = pccs.asked.toSorted().join(' ')
      expect(asked).toMatch(/\/sgx\/certification\/v4\/pckcrl\?ca=(platform|processor)&/)
      expect(asked).toContain('/sgx/certification/v4/rootcacrl')
      expect(asked).toContain(`/${platform}/certification/v4/qe/identity`)
      const { fmspc } = JSON.parse(real!.collateral.tcbInfo) as { fmspc: string }
      expect(asked).toContain(`/${platform}/certification/v4/tcb?fmspc=${fmspc}`)
      expect(keeper.state().expiresAtMs).toBeGreaterThan(realNowMs)
    })
  })
}

describe('the keeper of collateral', () => {
  it('keeps it on disk, and starts from there without the PCCS', async () => {
    const first = await opened()
    const again = await opened({ fetchCollateral: undefined })
    expect(again.current()).toEqual(first.current())
    expect(again.state()).toEqual({
      obtainedAtMs: nowMs,
      expiresAtMs: nowMs + 30 * dayMs,
      failures: 0,
    })
  })

  it('does not believe the disk: what was changed there is fetched again', async () => {
    const first = await opened()
    const file = join(dir, 'collateral.json')
    const kept = readFileSync(file, 'utf8')
    for (const text of [
      '',
      '{}',
      kept.replace(/"pckCrl":"30/, '"pckCrl":"31'),
      'x'.repeat(600_000),
    ]) {
      writeFileSync(file, text)
      expect((await opened()).current()).toEqual(first.current())
      writeFileSync(file, text)
      const alone = await open({ fetchCollateral: undefined })
      expect(alone).toMatchObject({ refusal: { code: 'no_collateral' } })
    }
  })

  it('asks again after a day, not before, and more often as it expires', async () => {
    const keeper = await opened()
    pccs.answer(simulatedCollateral(root, { nowMs: nowMs + dayMs }))
    clock.ms = nowMs + dayMs - 1000
    await keeper.tick()
    expect(keeper.state().obtainedAtMs).toBe(nowMs)
    clock.ms = nowMs + dayMs
    await keeper.tick()
    expect(keeper.state()).toMatchObject({ obtainedAtMs: nowMs + dayMs, failures: 0 })
    pccs.answer(simulatedCollateral(root, { nowMs }))
    const urgent = await opened({ file: join(dir, 'other.json') })
    pccs.answer(simulatedCollateral(root, { nowMs, lifetimeMs: 3 * dayMs }))
    clock.ms = nowMs + dayMs
    await urgent.tick()
    const asked = pccs.asked.length
    clock.ms += 3_600_000
    await urgent.tick()
    expect(pccs.asked.length).toBe(asked + 4)
  })

  it('serves what it has while the PCCS fails, pausing longer each time, and counts', async () => {
    const keeper = await opened()
    const before = keeper.current()
    pccs.answer(503)
    clock.ms = nowMs + dayMs
    await keeper.tick()
    expect(keeper.state()).toMatchObject({ obtainedAtMs: nowMs, failures: 1 })
    const asked = pccs.asked.length
    clock.ms += 59_000
    await keeper.tick()
    expect(pccs.asked.length).toBe(asked)
    clock.ms += 1000
    await keeper.tick()
    expect(keeper.state().failures).toBe(2)
    expect(keeper.current()).toEqual(before)
    pccs.answer(simulatedCollateral(root, { nowMs: clock.ms }))
    clock.ms += 120_000
    await keeper.tick()
    expect(keeper.state()).toMatchObject({ obtainedAtMs: clock.ms, failures: 0 })
  })

  it('serves expired collateral as such rather than none', async () => {
    const keeper = await opened()
    pccs.answer('not JSON')
    clock.ms = nowMs + 40 * dayMs
    await keeper.tick()
    expect(keeper.current().tcbInfo).toContain('SGX')
    expect(keeper.state().expiresAtMs).toBeLessThan(clock.ms)
  })

  it('takes none that is older than its own, of another machine or from a stranger', async () => {
    const keeper = await opened()
    clock.ms = nowMs + dayMs
    pccs.answer(simulatedCollateral(root, { nowMs, tcbEvaluationDataNumber: 16 }))
    await keeper.tick()
    expect(evaluationOf(keeper.current().tcbInfo)).toBe(17)
    pccs.answer(simulatedCollateral(root, { nowMs, fmspc: '000000000001' }))
    const file = join(dir, 'none.json')
    expect(await open({ file })).toMatchObject({ refusal: { code: 'collateral_mismatch' } })
    const { ca: _, ...unpinned } = pccs.address
    const stranger = createPccsClient(unpinned)
    expect(await open({ file, fetchCollateral: stranger })).toMatchObject({
      refusal: { code: 'no_collateral', detail: 'the PCCS cannot be reached' },
    })
  })

  it('refuses a PCCS whose answers are too long, of another form or another status', async () => {
    const file = join(dir, 'none.json')
    for (const answer of ['x'.repeat(200_000), 'x', '{"tcbInfo":{},"signature":""}', 404, 302]) {
      pccs.answer(answer)
      expect(await open({ file })).toMatchObject({ refusal: { code: 'no_collateral' } })
    }
  })
})
