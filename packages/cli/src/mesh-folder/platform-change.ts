/** What a proposal says of platforms: which come, which go, and what is asked of SEV-SNP guests. */
import { resolve } from 'node:path'
import { fail } from '@holdfast/base/errors'
import { ZoneId } from '@holdfast/base/ids'
import type { Manifest, ManifestPlatform } from '@holdfast/base/manifest'
import { platformHash } from '@holdfast/base/manifest'
import { snpPolicySchema } from '@holdfast/base/snp-policy'
import { readJson } from './files.ts'

export type PlatformOptions = {
  /** `zone=hash`, each. */
  readonly addPlatform?: readonly string[]
  readonly addChip?: readonly string[]
  readonly removePlatform?: string
  /** A file. */
  readonly snpPolicy?: string
}

const added = (text: string, name: 'ppidHash' | 'chipIdHash', manifest: Manifest) => {
  const [zone = '', hash = '', ...rest] = text.split('=')
  if (!/^[0-9a-f]{64}$/.test(hash) || rest.length > 0) {
    return fail('invalid_field', 'a platform is zone=hash, with 64 hexadecimal digits', text)
  }
  if (manifest.zones.every(({ id }) => id !== zone)) {
    return fail('unknown_zone', 'the manifest has no such zone', zone)
  }
  return (
    name === 'ppidHash'
      ? { ppidHash: hash, zone: ZoneId(zone) }
      : { chipIdHash: hash, zone: ZoneId(zone) }
  ) satisfies ManifestPlatform
}

/** The inventory and the policy as proposed; chips need a policy, of before or of the file. */
export const platformChange = async (
  options: PlatformOptions,
  manifest: Manifest,
  cwd: string,
): Promise<Pick<Manifest, 'inventory' | 'snp'>> => {
  const { addPlatform = [], addChip = [], removePlatform, snpPolicy } = options
  const kept = manifest.inventory.filter((listed) => platformHash(listed) !== removePlatform)
  if (removePlatform !== undefined && kept.length === manifest.inventory.length) {
    fail('invalid_field', 'the manifest lists no such platform', removePlatform)
  }
  const inventory: readonly ManifestPlatform[] = [
    ...kept,
    ...addPlatform.map((text) => added(text, 'ppidHash', manifest)),
    ...addChip.map((text) => added(text, 'chipIdHash', manifest)),
  ]
  const twice = inventory.find(
    (one, index) => inventory.findIndex((two) => platformHash(two) === platformHash(one)) < index,
  )
  if (twice !== undefined) {
    fail('invalid_field', 'the manifest lists that platform already', platformHash(twice))
  }
  const snp =
    snpPolicy === undefined
      ? manifest.snp
      : await readJson(resolve(cwd, snpPolicy), snpPolicySchema)
  if (snp === undefined && addChip.length > 0) {
    fail('missing_field', 'the manifest asks nothing of SEV-SNP guests yet', '--snp-policy')
  }
  return { inventory: [...inventory], ...(snp === undefined ? {} : { snp }) }
}
