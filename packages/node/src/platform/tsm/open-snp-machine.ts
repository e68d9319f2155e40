/** An SEV-SNP guest as a node's machine. */
import {
  amdRoots,
  defaultSnpPolicy,
  type SnpCertificates,
  type SnpInput,
  type SnpPlatform,
  snpCertificateTable,
  snpPlatform,
  verifySnp,
} from '@holdfast/attestation'
import { type Bytes, equalBytes, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { type SnpCollateral, snpCollateralSchema } from '@holdfast/base/collateral'
import { accept, RefusalError, type Result, refuse } from '@holdfast/base/errors'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import type { Machine } from '../machine.ts'
import { type KeeperOptions, openCollateralKeeper } from '../pccs/collateral-keeper.ts'
import { createSealedFile } from '../sealed-file.ts'
import type { FetchSnpCollateral } from './kds-client.ts'
import { readTsmReport, type TsmOptions } from './tsm-report.ts'

export type SnpMachineOptions = Pick<KeeperOptions<SnpCollateral>, 'nowMs' | 'logs'> & {
  /** The node's folder. */
  readonly dir: string
  readonly tsm: TsmOptions
  readonly entropy: Entropy
  /** Absent where no KDS is configured: then the host's table has to have everything. */
  readonly fetchSnp?: FetchSnpCollateral
  /** Absent but for tests: AMD's. */
  readonly roots?: SnpInput['roots']
}

type Taken = {
  readonly report: Bytes
  readonly about: SnpPlatform
  readonly certificates: SnpCertificates
}

/** A report that is what was asked for: the device is behind a kernel that is not trusted. */
const takeReport = (reportData: Bytes, tsm: TsmOptions): Result<Taken> => {
  const read = readTsmReport(reportData, tsm)
  if (!read.ok) return read
  const { platform, report, auxiliary } = read.value
  if (platform !== 'snp') return refuse('quote_unsupported', 'this guest is of TDX', 'provider')
  const about = snpPlatform(report)
  if (!about.ok) return about
  if (about.value.debug) return refuse('debug_enclave', 'this guest may be debugged')
  if (/^0+$/.test(about.value.chipId)) {
    return refuse('chip_id_masked', 'the host hides the id of its chip (MASK_CHIP_ID)', 'chip id')
  }
  if (!equalBytes(about.value.reportData, reportData)) {
    return refuse('wrong_report_data', 'the device gave a report over other report data')
  }
  const table = snpCertificateTable(auxiliary)
  return table.ok ? accept({ report, about: about.value, certificates: table.value }) : table
}

const isOfSameKey = (one: SnpPlatform, other: SnpPlatform): boolean =>
  one.chipId === other.chipId && JSON.stringify(one.tcb) === JSON.stringify(other.tcb)

/** What the table has, where nothing else is to be had. */
const fromTable = ({ vcek, ask, ark, crl }: SnpCertificates): Result<SnpCollateral> =>
  vcek === undefined || ask === undefined || ark === undefined || crl === undefined
    ? refuse('no_collateral', 'the host gives not all certificates and no KDS is configured', 'kds')
    : accept({ vcek: toHex(vcek), ask: toHex(ask), ark: toHex(ark), crl: toHex(crl) })

/** Only whether it holds together: what a mesh asks of a guest, its manifest says. */
const anyPolicy = { ...defaultSnpPolicy, maxVmpl: 3, allowMigrationAgent: true }

const judgeBy =
  (taken: () => Taken, roots: SnpInput['roots'] = amdRoots) =>
  ({ vcek, ask, ark, crl }: SnpCollateral, nowMs: number) => {
    const chain = [vcek, ask, ark].map(fromHex)
    const { report } = taken()
    const input = { report, chain, crl: fromHex(crl), nowMs, policy: anyPolicy, roots }
    const verdict = verifySnp(input)
    if (!verdict.ok) return verdict
    const { collateralExpiresAtMs: expiresAtMs, crlIssuedAtMs = 0 } = verdict.value
    return accept({ expiresAtMs, evaluation: crlIssuedAtMs })
  }

/**
 * Takes a first report, which says which chip and TCB the certificates must be of. As under TDX no
 * key is only this code's on this machine: the sealed zone key is lost with the process, and a node
 * that starts again asks its peers. Refuses `no_collateral`, `chip_id_masked`, `debug_enclave`,
 * `wrong_report_data`, and as `readTsmReport`, `snpCertificateTable` and `verifySnp` do.
 */
export const openSnpMachine = async (options: SnpMachineOptions): Promise<Result<Machine>> => {
  const { dir, tsm, entropy, fetchSnp, nowMs, logs } = options
  const first = takeReport(new Uint8Array(64), tsm)
  if (!first.ok) return first
  let served = first.value
  const judge = judgeBy(() => served, options.roots)
  const fetchCollateral = async (): Promise<Result<SnpCollateral>> => {
    // The host may have put newer certificates into its table meanwhile.
    const fresh = takeReport(new Uint8Array(64), tsm)
    const isOfServed = fresh.ok && isOfSameKey(fresh.value.about, served.about)
    const { certificates } = isOfServed ? fresh.value : served
    if (fetchSnp === undefined) return fromTable(certificates)
    const made = await fetchSnp(served.about, certificates)
    if (made.ok && judge(made.value, nowMs()).ok) return made
    // What the host keeps may be of a TCB before, or of another chip.
    return fetchSnp(served.about, {})
  }
  const keeper = await openCollateralKeeper({
    schema: snpCollateralSchema,
    file: `${dir}/collateral.json`,
    fetchCollateral,
    judge,
    nowMs,
    logs,
  })
  if (!keeper.ok) return keeper
  const key = entropy.bytes(32)
  return accept({
    kind: 'snp',
    evidence: {
      measurement: first.value.about.measurement,
      quote: async (reportData) => {
        const taken = takeReport(reportData, tsm)
        if (!taken.ok) throw new RefusalError(taken.refusal)
        const before = served
        served = taken.value
        // New firmware under a running guest signs with another key.
        if (!isOfSameKey(before.about, served.about)) await keeper.value.renew()
        return served.report
      },
      collateral: async () => utf8(JSON.stringify(keeper.value.current())),
    },
    sealing: createSealedFile(dir, async () => key.slice()),
    collateral: () => keeper.value.state(),
    start: () => keeper.value.start(),
  })
}
