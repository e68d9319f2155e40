/** A published release against one that was rebuilt from the sources here. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Release } from './build-release.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const publishedSchema = z.object({
  measurement: hash,
  imageDigest: z.string(),
  files: z.record(z.string(), hash),
})

/** In words, each with its name; empty where both are the same bytes. */
export const compareRelease = (options: {
  /** Its folder; files that are absent there are compared by `release.json` alone. */
  readonly published: string
  readonly text: string
  readonly rebuilt: Release
}): readonly string[] => {
  const { published, rebuilt } = options
  const claimed = publishedSchema.parse(JSON.parse(options.text))
  const names = new Set([...Object.keys(claimed.files), ...Object.keys(rebuilt.files)])
  const ofFiles = [...names].toSorted().flatMap((name) => {
    const expected = rebuilt.files[name]
    const path = join(published, name)
    if (expected === undefined) return [`${name} is in the published release alone`]
    if (claimed.files[name] === undefined) return [`${name} is missing in the published release`]
    if (claimed.files[name] !== expected) return [`${name} is published with another hash`]
    if (!existsSync(path)) return []
    const found = createHash('sha256').update(readFileSync(path)).digest('hex')
    return found === expected ? [] : [`${name} has other content than its published hash`]
  })
  return [
    ...ofFiles,
    ...(claimed.measurement === rebuilt.measurement ? [] : ['the measurement differs']),
    ...(claimed.imageDigest === rebuilt.imageDigest ? [] : ['the digest of the image differs']),
  ]
}
