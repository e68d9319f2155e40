/** The first example of the SDK's README runs as it stands, against a real mesh. */

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { startMesh } from '../support/mesh.ts'

const readme = join(import.meta.dirname, '../../packages/sdk/README.md')

it('runs the example of the README', async () => {
  await using mesh = await startMesh()
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(readme, 'utf8')) ?? []
  const [first, second] = mesh.nodes
  const source = example
    .replace('https://127.0.0.1:7400', first!.url)
    .replace('https://127.0.0.1:7410', second!.url)
    .replace('mesh_…', mesh.mesh)
  const folder = mkdtempSync(join(import.meta.dirname, 'readme-'))
  try {
    const path = join(folder, 'example.ts')
    writeFileSync(path, source)
    const run = promisify(execFile)
    const { stdout, stderr } = await run(process.execPath, [path], { timeout: 60_000 })
    expect(stdout).toMatch(/^0x[0-9A-Fa-f]{40} \{\s*kind: 'ethereum.signature'/)
    expect(stderr).toContain('SIMULATED')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)
