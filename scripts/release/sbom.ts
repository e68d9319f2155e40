/** The bill of materials of a release (CycloneDX 1.6, ECMA-424): no time and no place in it. */
import { createHash } from 'node:crypto'
import type { RuntimePackage } from './runtime-packages.ts'

export type SystemFile = {
  readonly name: string
  readonly sha256: string
  /** The Debian package that it came from and its version. */
  readonly debian: string
}

const purlOf = ({ name, version }: RuntimePackage): string =>
  `pkg:npm/${name.replace(/^@/, '%40')}@${version}`

const hexOf = (integrity: string): string =>
  Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex')

const packageOf = (one: RuntimePackage) => ({
  type: 'library',
  'bom-ref': one.path,
  name: one.name,
  version: one.version,
  purl: purlOf(one),
  ...(one.license === undefined ? {} : { licenses: [{ expression: one.license }] }),
  ...(one.integrity?.startsWith('sha512-') === true
    ? { hashes: [{ alg: 'SHA-512', content: hexOf(one.integrity) }] }
    : {}),
})

const fileOf = ({ name, sha256, debian }: SystemFile) => ({
  type: 'file',
  'bom-ref': `system/${name}`,
  name,
  hashes: [{ alg: 'SHA-256', content: sha256 }],
  properties: [{ name: 'holdfast:debian', value: debian }],
})

/** A version 8 UUID (RFC 9562 §5.8) of the content, so that equal releases have equal numbers. */
const serialOf = (content: string): string => {
  const hash = createHash('sha256').update(content).digest()
  hash[6] = ((hash[6] as number) & 0x0f) | 0x80
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80
  const hex = hash.toString('hex')
  const groups = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return `urn:uuid:${[...groups, hex.slice(20, 32)].join('-')}`
}

export const sbomOf = (options: {
  readonly version: string
  readonly measurement: string
  readonly packages: readonly RuntimePackage[]
  readonly system: readonly SystemFile[]
}): string => {
  const { version, measurement, packages, system } = options
  const body = {
    metadata: {
      component: {
        type: 'application',
        'bom-ref': 'holdfast',
        name: 'holdfast',
        version,
        properties: [{ name: 'holdfast:measurement', value: measurement }],
      },
    },
    components: [...packages.map(packageOf), ...system.map(fileOf)],
    dependencies: [
      { ref: 'holdfast', dependsOn: ['packages/node', ...system.map((f) => `system/${f.name}`)] },
      ...packages.map(({ path, needs }) => ({ ref: path, dependsOn: needs })),
    ],
  }
  const serialNumber = serialOf(JSON.stringify(body))
  const bom = { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber, version: 1, ...body }
  return `${JSON.stringify(bom, null, 2)}\n`
}
