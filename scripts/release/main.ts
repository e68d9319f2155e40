/**
 * `npm run release -- --out DIR`: builds the release of this checkout. `--compare DIR` builds it
 * into a folder that is removed again and compares: status 1 and the names of what differs.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildRelease } from './build-release.ts'
import { compareRelease } from './compare-release.ts'

const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({
  options: { out: { type: 'string' }, compare: { type: 'string' } },
})

const build = async (out: string): Promise<void> => {
  if (existsSync(join(out, 'release.json'))) throw new Error(`a release is there already: ${out}`)
  const { measurement, imageDigest } = await buildRelease({ root, out })
  console.log(JSON.stringify({ out, measurement, imageDigest }))
}

const compare = async (published: string): Promise<void> => {
  const out = mkdtempSync(join(tmpdir(), 'holdfast-release-'))
  try {
    const rebuilt = await buildRelease({ root, out, writeImage: false })
    const text = readFileSync(join(published, 'release.json'), 'utf8')
    const differences = compareRelease({ published, text, rebuilt })
    console.log(JSON.stringify({ same: differences.length === 0, differences, ...rebuilt }))
    if (differences.length > 0) process.exitCode = 1
  } finally {
    rmSync(out, { recursive: true })
  }
}

if (values.compare !== undefined) await compare(resolve(values.compare))
else if (values.out !== undefined) await build(resolve(values.out))
else throw new Error('name a folder by --out, or a release to compare with by --compare')
