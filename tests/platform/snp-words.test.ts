/** What people are told of a guest of SEV-SNP: by `doctor` on the server, by `verify` elsewhere. */
import { verifyEvidence } from '@holdfast/attestation'
import { fromHex } from '@holdfast/base/bytes'
import { ZoneId } from '@holdfast/base/ids'
import { verdictFields } from '@holdfast/cli/verdict-text'
import { examineEnclave } from '@holdfast/cli/verify/examine-enclave'
import { verdictLines } from '@holdfast/console/words'
import { networkFindings } from '@holdfast/node/doctor/network-findings'
import { snpFinding } from '@holdfast/node/doctor/snp-finding'
import { assembleKmipSettings } from '@holdfast/node/kmip-settings'
import type { ServiceAddress } from '@holdfast/node/platform/pccs/https-get'
import { describe, expect, it } from 'vitest'
import { nonce } from '../attestation/mesh.ts'
import { chip, snpEvidenceOf, snpGenesis, snpTestMeasurement } from '../attestation/snp-mesh.ts'
import { snpTable } from '../attestation/snp-table.ts'
import { nowMs } from '../attestation/world.ts'
import { startKds } from './kds-server.ts'

describe('doctor on an SEV-SNP guest', () => {
  const { vcek, ask, ark, crl } = chip.collateral()
  const auxiliary = snpTable({
    vcek: fromHex(vcek),
    ask: fromHex(ask),
    ark: fromHex(ark),
    crl: fromHex(crl),
  })
  const report = chip.report()

  it('prints what governors list of it', () => {
    const { state, what } = snpFinding({ report, auxiliary }, false)
    expect(state).toBe('ok')
    expect(what).toContain(chip.chipIdHash)
    expect(what).toContain(snpTestMeasurement())
  })

  it('asks for a KDS where the host gives no certificates, and is content with one', () => {
    const bare = { report, auxiliary: new Uint8Array() }
    expect(snpFinding(bare, false)).toMatchObject({ state: 'wrong' })
    expect(snpFinding(bare, false).mend).toContain('kds')
    expect(snpFinding(bare, true).state).toBe('ok')
  })

  it('names a masked chip and a guest in debug mode', () => {
    const masked = chip.report({ 0x1a0: new Uint8Array(64) })
    expect(snpFinding({ report: masked, auxiliary }, true).mend).toContain('MASK_CHIP_ID')
    const debug = chip.report({ 0x008: [0, 0, 0x0b] })
    expect(snpFinding({ report: debug, auxiliary }, true).what).toContain('debugged')
    const cut = report.subarray(1)
    expect(snpFinding({ report: cut, auxiliary }, true).state).toBe('wrong')
  })
})

describe('doctor on the KDS of a node', () => {
  const config = { dir: '', manifest: '', zone: ZoneId('eu'), kmipNames: [], peers: [] }
  const find = async (kds: ServiceAddress, clockMs = Date.now()) => {
    const rest = { kmip: assembleKmipSettings(() => undefined), logLevel: 'info' } as const
    const findings = await networkFindings({
      config: { ...config, ...rest, kds },
      isHardware: true,
      nowMs: clockMs,
    })
    return findings.map(({ state, what }) => `${state}: ${what}`).join('\n')
  }

  it('says whether it serves, and how the clock goes against it', async () => {
    const kds = await startKds(chip.collateral())
    expect(await find(kds.address)).toMatch(/^ok: the KDS at 127.0.0.1:\d+ serves\nok: the clock/)
    expect(kds.asked).toEqual(['/vcek/v1/Milan/crl'])
    expect(await find(kds.address, Date.now() + 60_000)).toContain('off the clock of the KDS')
    kds.answer(503)
    expect(await find(kds.address)).toContain('wrong: the KDS does not serve: the KDS answers with')
    await kds.stop()
    expect(await find(kds.address)).toContain('the KDS cannot be reached')
  })
})

describe('verify of a node on SEV-SNP', () => {
  const evidence = snpEvidenceOf({ nonce })
  const judged = verifyEvidence({ evidence, manifest: snpGenesis, nowMs, nonce })
  if (!judged.ok) throw new Error(judged.refusal.code)
  const enclave = { verdict: judged.value, evidence }

  it('says what each rule saw', () => {
    const checks = examineEnclave({ enclave, manifest: snpGenesis, nowMs })
    const said = (what: string): string =>
      checks.find((check) => check.what === what)?.says.join('\n') ?? ''
    expect(said('TCB')).toContain('Milan-B0, bootloader 3, tee 0, snp 8, microcode 115')
    expect(said('collateral')).toContain('issued 2026-11-21')
    expect(said('inventory')).toContain(chip.chipIdHash.slice(0, 16))
    expect(said('manifest')).toContain('SEV-SNP on Milan at least bootloader 3')
    expect(checks.filter(({ state }) => state === 'wrong')).toEqual([])
  })

  it('gives programs and the page the same', () => {
    expect(verdictFields(enclave)).toMatchObject({
      platform: 'snp',
      product: 'Milan-B0',
      tcb: { bootloader: 3, tee: 0, snp: 8, microcode: 115 },
    })
    expect(verdictLines(enclave)).toContainEqual([
      'TCB',
      'Milan-B0, bootloader 3, tee 0, snp 8, microcode 115',
    ])
  })
})
