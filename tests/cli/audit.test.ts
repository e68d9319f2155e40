/** The logs of a mesh's zones, as a person looks at them; and a host that shortens one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { holdfast } from './command.ts'
import { jsonOf } from './json-of.ts'

let mesh: TestMesh
const files = mkdtempSync(join(tmpdir(), 'holdfast-audit-'))
beforeAll(async () => {
  mesh = await startMesh()
}, 120_000)
afterAll(async () => {
  await mesh?.stop()
  rmSync(files, { recursive: true, force: true })
}, 60_000)

const run = (args: readonly string[]) => holdfast(args, { env: { HOLDFAST_DIR: mesh.dir } })
const json = (args: readonly string[]) => jsonOf(run([...args, '--json']))

/** The host takes the last page away, and the heads that would show it. */
const shorten = (dir: string): void => {
  const store = new DatabaseSync(join(dir, 'store.sqlite'))
  const last = "SELECT key FROM records WHERE key LIKE 'log/%' ORDER BY key DESC LIMIT 1"
  expect(store.prepare(`DELETE FROM records WHERE key IN (${last})`).run().changes).toBe(1)
  store.prepare("DELETE FROM records WHERE key LIKE 'log-head/%'").run()
  store.close()
}

type Decision = { readonly outcome: string; readonly operation: string }
const seen = async (wallet: string): Promise<boolean> => {
  const { chains } = await json(['audit', 'verify', wallet])
  return chains.some(
    (chain: { entries: number; seenBy: { index: number }[] }) =>
      chain.entries > 2 && chain.seenBy.every(({ index }) => index === chain.entries - 1),
  )
}

describe('holdfast audit', () => {
  it('shows decisions, verifies receipts, and finds a log that its host shortened', async () => {
    const { wallet } = await json(['wallet', 'create', 'till', '--account', 'ethereum'])
    const signed = await json(['sign', 'message', wallet.id, 'hello'])
    const receipt = join(files, 'receipt.json')
    writeFileSync(receipt, JSON.stringify(signed))
    const { decisions } = await json(['audit', 'show', wallet.id])
    expect(decisions.map((one: Decision) => `${one.outcome} ${one.operation}`)).toEqual([
      'changed wallet.create',
      'signed sign',
    ])
    expect((await json(['audit', 'verify', wallet.id, '--receipt', receipt])).problems).toEqual([])

    const other = { ...signed, receipt: { ...signed.receipt, rule: 'another' } }
    writeFileSync(join(files, 'other.json'), JSON.stringify(other))
    const forged = await run(['audit', 'verify', wallet.id, '--receipt', join(files, 'other.json')])
    expect(forged.code).toBe(1)
    expect(forged.stderr).toContain('log_forked')

    for (let tries = 0; !(await seen(wallet.id)); tries += 1) expect(tries).toBeLessThan(20)
    const later = await json(['sign', 'message', wallet.id, 'later'])
    const { witnesses } = later.receipt.log
    expect(witnesses.length).toBeGreaterThan(0)
    const told = async (changed: object) => {
      const [first, ...others] = witnesses
      const log = { ...later.receipt.log, witnesses: [{ ...first, ...changed }, ...others] }
      const path = join(files, 'witnessed.json')
      writeFileSync(path, JSON.stringify({ ...later.receipt, log }))
      return run(['audit', 'verify', wallet.id, '--receipt', path])
    }
    expect((await told({})).code).toBe(0)
    const at = new Date(Date.now() + 120_000).toISOString()
    expect((await told({ at })).stderr).toContain('is not signed by it')
    const node = mesh.node(signed.receipt.node.zone)
    await node.kill()
    shorten(node.dir)
    await node.restart()
    const shortened = await run(['audit', 'verify', wallet.id, '--receipt', receipt])
    expect(shortened.code).toBe(1)
    expect(shortened.stderr).toContain('log_shortened')
    expect(shortened.stderr).toContain(node.zone)
  }, 120_000)
})
