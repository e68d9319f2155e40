/** The benchmark runs, and its results have the form that others read; no figure is judged here. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { findSecp256k1Library } from '../../packages/enclave/src/crypto/secp256k1-library.ts'
import { findForeignPrograms } from '../kmip/foreign-server.ts'
import { findProgram } from '../support/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const root = join(import.meta.dirname, '../..')
const results = z.array(
  z.strictObject({
    name: z.string(),
    cpuMicros: z.number().positive(),
    shareOfLimit: z.number().positive(),
  }),
)

const hasLibrary = (): boolean => {
  using library = findSecp256k1Library()
  if (library !== undefined) return true
  findProgram({ program: 'libsecp256k1.so', install: 'apt-get install libsecp256k1-1' })
  return false
}

/** Without the library there is no limit to compare with. */
describe.runIf(hasLibrary())('npm run bench', () => {
  it('measures each case in a quick run and names them as agreed', {
    timeout: 300_000,
  }, async () => {
    const out = join(folder, 'results.json')
    const args = [join(root, 'bench/main.ts'), '--quick', '--out', out]
    await promisify(execFile)(process.execPath, args, { cwd: root })
    const read = results.parse(JSON.parse(readFileSync(out, 'utf8')))
    expect(read.map(({ name }) => name)).toEqual([
      'limit',
      'core.sign',
      'session.sign.1',
      'session.sign.64',
      'https.sign',
      'forward.sign',
      'create.d1',
      'create.d2',
      'kmip.sign.8x8',
      'kmip.sign.64x1',
      'kmip.wallet.sign',
      'kmip.get',
      'kmip.locate',
      ...(findForeignPrograms() === undefined ? [] : ['kmip.get.pykmip']),
      'core.sign.wasm',
      'limit.charge',
    ])
    expect(read[0]?.shareOfLimit).toBe(1)
  })
})
