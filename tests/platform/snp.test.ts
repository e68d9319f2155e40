import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { amdRoots, verifySnp } from '@holdfast/attestation'
import { fromHex, toHex } from '@holdfast/base/bytes'
import { type SnpCollateral, snpCollateralSchema } from '@holdfast/base/collateral'
import { parseJson } from '@holdfast/base/schema'
import type { SnpTcb } from '@holdfast/base/snp-policy'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { createKdsClient } from '@holdfast/node/platform/tsm/kds-client'
import { openSnpMachine } from '@holdfast/node/platform/tsm/open-snp-machine'
import { silentLogs } from '@holdfast/node/testing/tls-identity'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { craftCrl } from '../attestation/craft.ts'
import {
  arkName,
  askSerial,
  authorityKey,
  type ReportChanges,
  tcbBytes,
  testChip,
  testRoots,
  testTcb,
} from '../attestation/snp-platform.ts'
import { snpTable } from '../attestation/snp-table.ts'
import { dayMs, nowMs } from '../attestation/world.ts'
import { type KdsServer, startKds } from './kds-server.ts'
import { playTsm, type TsmPlayer } from './tsm-player.ts'

const chip = testChip(0xc1)
const whole = chip.collateral()
const der = ({ vcek, ask, ark, crl }: SnpCollateral) => ({
  vcek: fromHex(vcek),
  ask: fromHex(ask),
  ark: fromHex(ark),
  crl: fromHex(crl),
})

const dir = mkdtempSync(join(tmpdir(), 'holdfast-snp-'))
afterAll(() => rmSync(dir, { recursive: true }))
let kds: KdsServer
beforeEach(async () => {
  kds = await startKds(whole)
})
const players: TsmPlayer[] = []
afterEach(async () => {
  rmSync(join(dir, 'collateral.json'), { force: true })
  await kds.stop()
  for (const player of players.splice(0)) await player.stop()
})

const play = (of: { changes?: ReportChanges; auxiliary?: Uint8Array } = {}) => {
  const player = playTsm({
    provider: 'sev_guest',
    report: chip.blank(of.changes),
    at: 0x50,
    vcekKey: chip.keyPem,
    ...(of.auxiliary && { auxiliary: of.auxiliary }),
  })
  players.push(player)
  return player.options
}

const clock = { ms: nowMs }
type Options = Partial<Parameters<typeof openSnpMachine>[0]>
const open = (tsm: TsmPlayer['options'], changes: Options = {}) => {
  clock.ms = nowMs
  return openSnpMachine({
    dir,
    tsm,
    entropy: createEntropy(),
    nowMs: () => clock.ms,
    logs: silentLogs,
    roots: testRoots,
    ...changes,
  })
}
const opened = async (...parameters: Parameters<typeof open>) => {
  const machine = await open(...parameters)
  if (!machine.ok) throw new Error(`${machine.refusal.code} ${machine.refusal.detail}`)
  return machine.value
}
const asking = (): Options => ({ fetchSnp: createKdsClient(kds.address) })
const refused = async (...parameters: Parameters<typeof open>) => {
  const machine = await open(...parameters)
  return machine.ok ? 'opened' : machine.refusal.code
}

describe('a node in an SEV-SNP guest', () => {
  it('gives reports over what it is asked for, with what the host gives along', async () => {
    const machine = await opened(play({ auxiliary: snpTable(der(whole)) }))
    const reportData = new Uint8Array(64).fill(7)
    const report = await machine.evidence.quote(reportData)
    const collateral = parseJson(snpCollateralSchema, await machine.evidence.collateral())
    expect(collateral).toEqual(whole)
    const { vcek, ask, ark, crl } = der(collateral)
    const input = { report, chain: [vcek, ask, ark], crl, nowMs, roots: testRoots }
    expect(verifySnp(input)).toMatchObject({
      value: { chipIdHash: chip.chipIdHash, report: { reportData } },
    })
    expect(machine.kind).toBe('snp')
    expect(machine.collateral()).toEqual({
      obtainedAtMs: nowMs,
      expiresAtMs: nowMs + dayMs,
      failures: 0,
    })
    expect(kds.asked).toEqual([])
  })

  it('asks the KDS for what the host does not give, by chip and TCB', async () => {
    const machine = await opened(play(), asking())
    expect(parseJson(snpCollateralSchema, await machine.evidence.collateral())).toEqual(whole)
    const id = toHex(chip.chipId)
    expect(kds.asked.toSorted()).toEqual([
      `/vcek/v1/Milan/${id}?blSPL=03&teeSPL=00&snpSPL=08&ucodeSPL=115`,
      '/vcek/v1/Milan/cert_chain',
      '/vcek/v1/Milan/crl',
    ])
  })

  it('asks for AMD’s list alone where the host has the certificates', async () => {
    const { crl: _, ...certificates } = der(whole)
    await opened(play({ auxiliary: snpTable(certificates) }), asking())
    expect(kds.asked).toEqual(['/vcek/v1/Milan/crl'])
  })

  it('takes the KDS’s VCEK where the host keeps one of a TCB before', async () => {
    const stale = chip.vcek({ tcb: { ...testTcb, microcode: 100 } })
    const auxiliary = snpTable({ ...der(whole), vcek: stale })
    expect(await refused(play({ auxiliary }))).toBe('collateral_mismatch')
    const machine = await opened(play({ auxiliary }), asking())
    expect(parseJson(snpCollateralSchema, await machine.evidence.collateral())).toEqual(whole)
  })

  it('keeps what it has on disk, and starts from there without the KDS', async () => {
    await opened(play(), asking())
    expect((await opened(play())).collateral().obtainedAtMs).toBe(nowMs)
    rmSync(join(dir, 'collateral.json'))
    expect(await refused(play())).toBe('no_collateral')
    kds.answer(503)
    expect(await refused(play(), asking())).toBe('no_collateral')
  })

  it('renews AMD’s list, and takes none that is older', async () => {
    const crlAt = (thisUpdateMs: number): string =>
      toHex(craftCrl({ issuer: arkName, issuerKey: authorityKey, revoked: [], thisUpdateMs }))
    const [first, older, newer] = [-2000, -5000, -1000].map((ms) => crlAt(nowMs + ms))
    kds.answer({ ...whole, crl: first! })
    const machine = await opened(play(), asking())
    const list = async () => parseJson(snpCollateralSchema, await machine.evidence.collateral()).crl
    const untilFailures = async (failures: number): Promise<void> => {
      const stop = machine.start()
      while (machine.collateral().failures !== failures) await new Promise((end) => setTimeout(end))
      stop()
    }
    kds.answer({ ...whole, crl: older! })
    clock.ms = nowMs + dayMs / 4
    await untilFailures(1)
    expect(await list()).toBe(first)
    kds.answer({ ...whole, crl: newer! })
    clock.ms = nowMs + dayMs / 2
    await untilFailures(0)
    expect(await list()).toBe(newer)
  })

  it('fetches the VCEK of new firmware that came under the running guest', async () => {
    const newer: SnpTcb = { ...testTcb, microcode: 116 }
    const tcb = tcbBytes(newer)
    const kernel = { ...play() }
    const machine = await opened(kernel, asking())
    kds.answer(chip.collateral({ tcb: newer }))
    Object.assign(kernel, play({ changes: { 0x038: tcb, 0x180: tcb, 0x1e0: tcb } }))
    const report = await machine.evidence.quote(new Uint8Array(64))
    const served = parseJson(snpCollateralSchema, await machine.evidence.collateral())
    const { vcek, ask, ark } = der(served)
    const input = { report, chain: [vcek, ask, ark], nowMs, roots: testRoots }
    expect(verifySnp(input)).toMatchObject({ value: { report: { reportedTcb: newer } } })
  })

  it('refuses a guest in debug mode, a masked chip, a revoked ASK and another root', async () => {
    const auxiliary = snpTable(der(whole))
    expect(await refused(play({ auxiliary, changes: { 0x008: [0, 0, 0x0b] } }))).toBe(
      'debug_enclave',
    )
    const masked = { 0x1a0: new Uint8Array(64) }
    expect(await refused(play({ auxiliary, changes: masked }))).toBe('chip_id_masked')
    const revoked = snpTable(der(chip.collateral({ revoked: [askSerial] })))
    expect(await refused(play({ auxiliary: revoked }))).toBe('platform_revoked')
    expect(await refused(play({ auxiliary }), { roots: amdRoots })).toBe('unknown_root')
    expect(await refused(play({ auxiliary: auxiliary.subarray(0, 60) }))).toBe(
      'collateral_malformed',
    )
  })
})
