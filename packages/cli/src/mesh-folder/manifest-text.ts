/** Manifests for people: what one says, and what another changes of it. */
import { snpTcbText, upcomingMeasurements } from '@holdfast/attestation'
import { type Manifest, platformHash } from '@holdfast/base/manifest'

type Line = readonly [what: string, value: string]

const snpLines = ({ snp }: Manifest): readonly Line[] => {
  if (snp === undefined) return []
  const { minTcb, authorKeyDigests = [], platform = [], ...rest } = snp
  return [
    ...Object.entries(minTcb).map(
      ([product, tcb]): Line => [`SEV-SNP on ${product} at least`, snpTcbText(tcb)],
    ),
    ...Object.entries(rest).map(([name, value]): Line => [`SEV-SNP ${name}`, String(value)]),
    ...authorKeyDigests.map((digest): Line => [`SEV-SNP author key ${digest}`, 'may sign guests']),
    ...platform.map((feature): Line => [`SEV-SNP ${feature}`, 'required']),
  ]
}

/** Each fact as a line of its own, so that two manifests can be compared line by line. */
const linesOf = (manifest: Manifest): readonly Line[] => [
  ['name', manifest.name],
  ['kind', manifest.kind],
  ['expires', manifest.expiresAt],
  ...manifest.zones.map(
    ({ id, name, latitude, longitude, level, keyGeneration }): Line => [
      `zone ${id}`,
      `${name} (${latitude}, ${longitude}), level ${level}` +
        (keyGeneration === undefined ? '' : `, key rotated by wish ${keyGeneration} times`),
    ],
  ),
  [
    'delay of new measurements',
    manifest.measurementDelayMs === undefined
      ? 'none'
      : `${manifest.measurementDelayMs / 3_600_000} h, unless all governors sign`,
  ],
  ...manifest.measurements.map(
    ({ mrEnclave, notBefore }): Line => [`measurement ${mrEnclave}`, `from ${notBefore}`],
  ),
  ['TCB statuses', manifest.tcb.allowedStatuses.join(' ')],
  ['TCB evaluation data at least', String(manifest.tcb.minTcbEvaluationDataNumber)],
  ...snpLines(manifest),
  ...manifest.inventory.map(
    (listed): Line => [
      `${'ppidHash' in listed ? 'platform' : 'SEV-SNP chip'} ${platformHash(listed)}`,
      `of ${listed.zone}`,
    ],
  ),
  ['governors who must sign', String(manifest.governors.threshold)],
  ...manifest.governors.keys.map(({ id, publicKey }): Line => [`governor ${id}`, publicKey]),
]

export const manifestText = (manifest: Manifest, hash: string, nowMs: number): string =>
  [
    `manifest ${manifest.serial} of ${manifest.issuedAt}, hash ${hash}`,
    ...linesOf(manifest).map(([what, value]) => `  ${what}: ${value}`),
    ...upcomingMeasurements({ manifest }, nowMs).map(
      ({ measurement, notBefore }) => `NOT IN FORCE YET: ${measurement}, before ${notBefore}`,
    ),
  ].join('\n')

export type ManifestChange = {
  readonly what: string
  readonly before?: string
  readonly after?: string
}

/** What the second says otherwise than the first. */
export const manifestChanges = (before: Manifest, after: Manifest): readonly ManifestChange[] => {
  const old = new Map(linesOf(before))
  const next = new Map(linesOf(after))
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((what) => {
    const [was, is] = [old.get(what), next.get(what)]
    if (was === is) return []
    return [
      {
        what,
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      },
    ]
  })
}

export const changesText = (changes: readonly ManifestChange[]): string =>
  changes
    .map(({ what, before, after }) => {
      if (before === undefined) return `+ ${what}: ${after ?? ''}`
      return after === undefined ? `- ${what}: ${before}` : `~ ${what}: ${before} → ${after}`
    })
    .join('\n')
