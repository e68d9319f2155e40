import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { measuredFiles, measureSources } from './measurement.ts'

const root = join(import.meta.dirname, '../../../..')

it('measures every trusted source, and no test', () => {
  const files = measuredFiles(root)
  expect(files).toContain('packages/enclave/src/core/core-interface.ts')
  expect(files).toContain('packages/node/src/mesh/link.ts')
  expect(files).toContain('package-lock.json')
  expect(files.filter((path) => /\.test\.ts$|\/testing\/|\/(cli|sdk)\//.test(path))).toEqual([])
})

it('changes with one byte of one trusted file, and with nothing else', () => {
  const copy = mkdtempSync(join(tmpdir(), 'holdfast-measure-'))
  for (const path of measuredFiles(root)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    cpSync(join(root, path), join(copy, path))
  }
  const before = measureSources(copy)
  expect(before).toBe(measureSources(root))
  writeFileSync(join(copy, 'packages/node/src/new.test.ts'), 'test')
  expect(measureSources(copy)).toBe(before)
  writeFileSync(join(copy, 'packages/node/src/new.ts'), '')
  expect(measureSources(copy)).not.toBe(before)
  rmSync(copy, { recursive: true })
})
