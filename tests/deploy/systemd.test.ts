import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { measureRelease, releaseEntry, releaseNode } from '@holdfast/node/platform/own-code'
import { makeMeshFolder } from '@holdfast/node/testing/mesh-folder'
import { afterAll, describe, expect, it } from 'vitest'
import { writeApp } from '../../scripts/release/build-release.ts'
import { findProgram } from '../support/program.ts'

const unit = join(import.meta.dirname, '../../deploy/systemd/holdfast.service')
const text = readFileSync(unit, 'utf8')
const root = join(import.meta.dirname, '../..')
const analyze = findProgram({ program: 'systemd-analyze', install: 'apt-get install systemd' })
const strace = findProgram({ program: 'strace', install: 'apt-get install strace' })
const dir = mkdtempSync(join(tmpdir(), 'holdfast-unit-'))
afterAll(() => rmSync(dir, { recursive: true }))

const app = join(dir, 'app')

/** The flags of Node in the unit, for the places of this machine. */
const flags = (nodeDir: string): string[] => {
  const line = /^ExecStart=(.+?)\n(?!\s)/ms.exec(text.replaceAll('\\\n', ''))?.[1] ?? ''
  const all = line.split(/\s+/).filter((word) => word.startsWith('--') && word !== '--dir')
  return all.map((word) =>
    word.replace('=/holdfast', `=${app}`).replace('=/var/lib/holdfast', `=${nodeDir}`),
  )
}

/** Groups of systemd's filters, unfolded. */
const callsOf = (group: string): string[] =>
  execFileSync(analyze!, ['syscall-filter', group], { encoding: 'utf8' })
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((name) => (name.startsWith('@') ? callsOf(name) : [name]))

const allowedCalls = (): ReadonlySet<string> => {
  const filters = [...text.matchAll(/^SystemCallFilter=(~?)(.+)$/gm)]
  const denied = filters.flatMap(([, not, groups]) => (not === '~' ? groups!.split(' ') : []))
  const allowed = filters.flatMap(([, not, groups]) => (not === '' ? groups!.split(' ') : []))
  const refused = new Set(denied.flatMap(callsOf))
  return new Set(allowed.flatMap(callsOf).filter((name) => !refused.has(name)))
}

describe.skipIf(analyze === undefined)('the systemd unit', () => {
  it('exposes next to nothing by systemd’s own judgement', () => {
    const output = spawnSync(
      analyze!,
      ['security', '--offline=true', '--no-pager', '--json=off', unit],
      { encoding: 'utf8', env: { ...process.env, SYSTEMD_COLORS: '0' } },
    )
    const level = /exposure level for \S+: ([0-9.]+)/i.exec(output.stdout)?.[1]
    expect(Number(level), output.stdout + output.stderr).toBeLessThanOrEqual(1.5)
  })

  it('has no line that systemd does not know', () => {
    const copy = join(dir, 'holdfast.service')
    writeFileSync(copy, text.replace('ExecStart=/holdfast/node', `ExecStart=${process.execPath}`))
    const { stderr } = spawnSync(analyze!, ['verify', '--man=no', copy], { encoding: 'utf8' })
    expect(stderr.split('\n').filter((line) => line.includes('holdfast.service'))).toEqual([])
  })

  it.skipIf(strace === undefined)(
    'lets a node run under its permissions with the system calls that it allows',
    async () => {
      await writeApp(root, app)
      const zones = [{ id: 'eu', level: 1, meshPort: 0 }]
      const folder = await makeMeshFolder(zones, measureRelease(app))
      const node = folder.node('eu')
      const log = join(dir, 'calls')
      const program = [join(app, releaseNode), ...flags(folder.dir), join(app, releaseEntry)]
      const args = ['-f', '-qq', '-o', log, ...program, '--dir', node]
      const child = spawn(strace!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      let errors = ''
      child.stderr.on('data', (chunk: Buffer) => {
        errors += chunk.toString()
      })
      const exited = new Promise((resolve) => child.once('exit', resolve))
      const line = await new Promise<string>((resolve) => {
        createInterface({ input: child.stdout }).once('line', resolve)
        void exited.then(() => resolve(errors))
      })
      expect(line).toContain('"ready":true')
      const [pid] = readFileSync(log, 'utf8').split(' ', 1)
      process.kill(Number(pid), 'SIGTERM')
      await exited
      rmSync(folder.dir, { recursive: true })
      const called = new Set(
        readFileSync(log, 'utf8')
          .split('\n')
          .flatMap((entry) => /^\d+ +([a-z0-9_]+)\(/.exec(entry)?.[1] ?? []),
      )
      const allowed = allowedCalls()
      // libuv raises the limit of open files, which the unit sets; SQLite gives files away as root.
      const needless = new Set(['prlimit64', ...(process.getuid?.() === 0 ? ['fchown'] : [])])
      const refused = [...called].filter((name) => !allowed.has(name) && !needless.has(name))
      expect(called.size).toBeGreaterThan(30)
      expect(refused).toEqual([])
    },
    60_000,
  )
})
