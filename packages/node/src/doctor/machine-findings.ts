/** The machine under a node: what gives it evidence, and how its collateral does. */
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { collateralExpiresAtMs, quotePlatform, withoutZeroPadding } from '@holdfast/attestation'
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { collateralSchema } from '@holdfast/base/collateral'
import { attempt, RefusalError } from '@holdfast/base/errors'
import type { Manifest } from '@holdfast/base/manifest'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { openAttestationDevice } from '../platform/gramine/attestation-device.ts'
import { openSimulatedMachine } from '../platform/simulated.ts'
import { hasTsm, readTsmReport } from '../platform/tsm/tsm-report.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'
import { snpFinding } from './snp-finding.ts'

const dayMs = 86_400_000
const freeBytesWanted = 1024 ** 3

/** What governors list of this machine. */
const inventoryWords = (padded: Bytes): string => {
  const about = attempt(() => quotePlatform(withoutZeroPadding(padded)))
  if (!about.ok || !about.value.ok) return ''
  const { ppidHash, measurement } = about.value.value
  return `: platform ${ppidHash}, measurement ${measurement}`
}

const tsmFinding = (isKdsNamed: boolean): Finding => {
  const name = `holdfast-doctor-${toHex(createEntropy().bytes(4))}`
  const report = readTsmReport(new Uint8Array(64), { name })
  if (!report.ok) {
    return wrong(
      `configfs-tsm gives no report: ${report.refusal.detail}`,
      'load tdx_guest or sev_guest; see dmesg',
    )
  }
  const { platform } = report.value
  return platform === 'tdx'
    ? ok(`a TDX guest gives quotes${inventoryWords(report.value.report)}`)
    : snpFinding(report.value, isKdsNamed)
}

const sgxFinding = (): Finding => {
  const device = openAttestationDevice()
  if (device.ok) {
    const quote = attempt(() => device.value.quote(new Uint8Array(64)))
    if (!quote.ok) return wrong(`no quote: ${quote.refusal.detail}`, 'see aesmd and the host’s QPL')
    return ok(`SGX under Gramine gives quotes${inventoryWords(quote.value)}`)
  }
  const { detail } = device.refusal
  if (existsSync('/dev/sgx_enclave')) {
    return wrong(
      `${detail}; the host has SGX`,
      "start it by gramine-sgx: 'make run' in deploy/gramine",
    )
  }
  return wrong(
    `${detail}, and the host has no /dev/sgx_enclave`,
    'enable SGX in the firmware (a kernel of 5.11 or later), or use a machine that has it',
  )
}

const expiryFinding = (expiresAtMs: number, nowMs: number, mend: string): Finding => {
  const days = Math.floor((expiresAtMs - nowMs) / dayMs)
  if (expiresAtMs <= nowMs)
    return wrong('the collateral has expired: nobody trusts this node', mend)
  return days < 7
    ? warning(`the collateral expires in ${days} days`, mend)
    : ok(`the collateral is good for ${days} days`)
}

/** As it is kept, not verified: the node does that. */
const keptFinding = (dir: string, nowMs: number): Finding => {
  const mend = 'see holdfast_collateral_failures in /metrics and whether the PCCS or KDS serves'
  const kept = join(dir, 'collateral.json')
  if (!existsSync(kept)) return warning('no collateral is kept yet', 'the first start fetches it')
  try {
    const { collateral } = JSON.parse(readFileSync(kept, 'utf8')) as { collateral: unknown }
    const expires = collateralExpiresAtMs(collateralSchema.parse(collateral))
    if (!expires.ok) throw new RefusalError(expires.refusal)
    return expiryFinding(expires.value, nowMs, mend)
  } catch {
    return warning(
      'the kept collateral cannot be read',
      'remove collateral.json; it is fetched again',
    )
  }
}

const simulatedFindings = (dir: string, nowMs: number): readonly Finding[] => {
  const said = warning(
    'the mesh is SIMULATED: no hardware protects its keys',
    'for real keys begin a mesh of hardware: a mesh stays what it is',
  )
  const machine = openSimulatedMachine({ dir, measurement: '00'.repeat(32) })
  const renew = "'holdfast start' renews it"
  if (!machine.ok) {
    return [said, wrong(`the simulated machine: ${machine.refusal.detail}`, 'restore its folder')]
  }
  const state = attempt(() => machine.value.collateral())
  return [said, ...(state.ok ? [expiryFinding(state.value.expiresAtMs, nowMs, renew)] : [])]
}

const diskFinding = (dir: string): readonly Finding[] => {
  try {
    const { bavail, bsize } = statfsSync(dir)
    const free = bavail * bsize
    const text = `${(free / 1024 ** 3).toFixed(1)} GiB are free where the store lies`
    return [free >= freeBytesWanted ? ok(text) : wrong(text, 'make room: a full disk stops writes')]
  } catch {
    return [wrong('the folder of the node cannot be read', 'see its owner and rights')]
  }
}

export const machineFindings = (options: {
  readonly kind: Manifest['kind']
  readonly dir: string
  readonly nowMs: number
  readonly isKdsNamed: boolean
}): readonly Finding[] => {
  const { kind, dir, nowMs, isKdsNamed } = options
  const ofMachine =
    kind === 'simulated'
      ? simulatedFindings(dir, nowMs)
      : [hasTsm() ? tsmFinding(isKdsNamed) : sgxFinding(), keptFinding(dir, nowMs)]
  return [...ofMachine, ...diskFinding(dir)]
}
