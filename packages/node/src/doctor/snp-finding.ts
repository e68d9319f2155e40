/** A guest of SEV-SNP: whether a mesh could take it, and what governors list of it. */
import { snpCertificateTable, snpPlatform } from '@holdfast/attestation'
import type { TsmReport } from '../platform/tsm/tsm-report.ts'
import { type Finding, ok, wrong } from './finding.ts'

export const snpFinding = (
  { report, auxiliary }: Pick<TsmReport, 'report' | 'auxiliary'>,
  isKdsNamed: boolean,
): Finding => {
  const about = snpPlatform(report)
  if (!about.ok) return wrong(`an SEV-SNP report: ${about.refusal.detail}`, 'update this program')
  const { chipId, chipIdHash, measurement, debug } = about.value
  if (/^0+$/.test(chipId)) {
    return wrong('the host hides the id of its chip', 'have its owner clear MASK_CHIP_ID')
  }
  if (debug) return wrong('this guest may be debugged', 'start it with another guest policy')
  const words = `an SEV-SNP guest gives reports: chip ${chipIdHash}, measurement ${measurement}`
  const table = snpCertificateTable(auxiliary)
  const given = table.ok ? Object.keys(table.value) : []
  return given.length === 4 || isKdsNamed
    ? ok(words)
    : wrong(
        `${words}; of its certificates the host gives ${given.join(', ') || 'none'}`,
        'name a KDS by kds, or have the host give vcek, ask, ark and crl',
      )
}
