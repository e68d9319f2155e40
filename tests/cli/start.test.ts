/** What `npm start` runs, from an empty folder to a mesh that keeps its state. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMesh } from '@holdfast/cli/mesh-folder/create-mesh'
import { defaultZones } from '@holdfast/cli/mesh-folder/zones'
import { afterAll, describe, expect, it } from 'vitest'
import { holdfast, type Running, startCommand } from './command.ts'

const parent = mkdtempSync(join(tmpdir(), 'holdfast-start-'))
const dir = join(parent, 'mesh')
const running: Running[] = []
const start = (...more: readonly string[]): Running => {
  const command = startCommand(['start', '--dir', dir, '--port', '0', ...more])
  running.push(command)
  return command
}
afterAll(async () => {
  for (const command of running) command.kill('SIGTERM')
  await Promise.all(running.map((command) => command.finished))
  rmSync(parent, { recursive: true, force: true })
})

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('holdfast start', () => {
  it('does the whole main job on its first run, and says what it does', async () => {
    const { code, stdout, stderr } = await start('--exit').finished
    expect(`${stderr}${code}`).toBe('0')
    const lines = stdout.split('\n')
    const said = [
      /^✓ Make a simulated mesh of 3 zones .* mesh_/,
      /^SIMULATED mesh/,
      /^✓ Start the nodes .* eu-west, us-east, ap-south/,
      /^✓ Verify the evidence of an enclave .* SIMULATED, zone eu-west/,
      /^✓ Make the wallet 'quickstart' .* held by eu-west and /,
      /^✓ Start a local Ethereum chain \(anvil\)/,
      /^✓ Sign an Ethereum transfer and send it .* mined in block 1; signed in eu-west /,
      /^✓ Kill the home node, eu-west /,
      /^✓ Sign and send again without it .* mined in block 2; signed in (?!eu-west)/,
      /^✓ Make the wallet 'made without the home' /,
      /^✓ Start eu-west again .* ready/,
      /^✓ Wait until eu-west has what it missed /,
      /^✓ Stop the nodes /,
    ]
    let at = 0
    for (const pattern of said) {
      const found = lines.findIndex((line, index) => index >= at && pattern.test(line))
      expect(found, `${pattern} in\n${stdout}`).toBeGreaterThanOrEqual(0)
      at = found + 1
    }
  }, 120_000)

  it('keeps every secret file for its owner alone', () => {
    const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    const secret = /(?:\.key|\.key\.json|platform\.json|simulated-root\.json|\.sealed)$/
    const found = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
      .filter((path) => secret.test(path) || path.includes('/governors/'))
    expect(found.length).toBeGreaterThan(9)
    for (const path of found) expect(statSync(path).mode & 0o077, path).toBe(0)
  })

  it('comes back with its wallets, serves other commands, and stops on Ctrl-C', async () => {
    const mesh = start()
    await mesh.until('The mesh is up')
    const [wallet] = /wal_[0-9a-f]{44}/.exec(readFileSync(join(dir, 'quickstart.json'), 'utf8'))!
    const run = (...args: readonly string[]) => holdfast([...args, '--dir', dir])

    const shown = await run('wallet', 'show', wallet, '--json')
    expect(JSON.parse(shown.stdout)).toMatchObject({
      wallet: { id: wallet },
      durability: { state: 'final', missing: [] },
    })
    const signed = await run('sign', 'message', wallet, 'hello')
    expect(signed.stdout).toMatch(/^0x[0-9a-f]{130}\n$/)
    const listed = await run('--json', 'wallet', 'list')
    expect(JSON.parse(listed.stdout).wallets).toHaveLength(2)
    const nodes = JSON.parse((await run('nodes', '--json')).stdout)
    expect(nodes.nodes.map((node: { status: { state: string } }) => node.status.state)).toEqual([
      'ready',
      'ready',
      'ready',
    ])

    const second = await holdfast(['start', '--dir', dir, '--json'])
    expect(second.code).toBe(1)
    expect(JSON.parse(second.stderr)).toMatchObject({ code: 'store_in_use' })
    expect((await run('doctor')).code).toBe(0)

    mesh.kill('SIGINT')
    const { code, stdout } = await mesh.finished
    expect(code).toBe(0)
    expect(stdout).toContain('✓ Stop the nodes')
    const unreachable = await run('wallet', 'list', '--json')
    expect(JSON.parse(unreachable.stderr)).toMatchObject({ code: 'unreachable' })
    expect((await run('doctor')).code).toBe(1)
  }, 120_000)

  it('leaves no process behind when it is stopped in the middle of the first run', async () => {
    rmSync(join(dir, 'quickstart.json'))
    const mesh = start('--json')
    await mesh.until('"Start the nodes"')
    mesh.kill('SIGTERM')
    const { stdout } = await mesh.finished
    const steps = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const { nodes } = steps.find((step) => step.step === 'Start the nodes')
    expect(nodes).toHaveLength(3)
    await expect.poll(() => nodes.filter((node: { pid: number }) => isAlive(node.pid))).toEqual([])
  }, 120_000)

  it('lets local governors list the code that is here where it has changed', async () => {
    const other = join(parent, 'changed')
    await createMesh({
      dir: other,
      name: 'test',
      zones: defaultZones,
      firstPort: 0,
      measurement: 'ab'.repeat(32),
      nowMs: Date.now(),
    })
    const command = startCommand(['start', '--dir', other])
    running.push(command)
    await command.until('The mesh is up')
    command.kill('SIGINT')
    const { stdout } = await command.finished
    expect(stdout).toContain("the node's code has changed")
    expect(stdout).toContain('manifest 2')
    const client = JSON.parse(readFileSync(join(other, 'client.json'), 'utf8'))
    expect(client).toMatchObject({ minimumSerial: 2, keyFile: 'client.key.json' })
  }, 120_000)
})
