/** What stands for MRENCLAVE on a simulated machine: a hash of all trusted source code. */
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { assert } from '@holdfast/base/errors'

/** The packages that run beside a key (ARCHITECTURE). */
const trusted = ['base', 'kmip', 'attestation', 'enclave', 'node'] as const

const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.includes('/testing/')

/** Every file that counts, relative to the root of the repository, in byte order. */
export const measuredFiles = (root: string): readonly string[] => {
  const sources = trusted.flatMap((name) => globSync(`packages/${name}/src/**/*.ts`, { cwd: root }))
  const manifests = trusted.map((name) => `packages/${name}/package.json`)
  return [...sources.map((path) => path.replaceAll(sep, '/')), ...manifests, 'package-lock.json']
    .filter((path) => !isTest(path))
    .toSorted()
}

/**
 * SHA-256, hexadecimal, over each file as path ‖ 0 ‖ length (8 bytes, big-endian) ‖ content. The
 * lock file fixes every library by its hash.
 */
export const measureSources = (root: string): string => {
  const files = measuredFiles(root)
  assert(files.length > trusted.length + 1, 'the trusted sources are where they are expected')
  const hash = createHash('sha256').update('holdfast simulated measurement v1\0')
  for (const path of files) {
    const content = readFileSync(join(root, path))
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(content.length))
    hash.update(path).update('\0').update(length).update(content)
  }
  return hash.digest('hex')
}
