import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { currentMeasurement } from '@holdfast/cli/mesh-folder/node-program'
import { makeMeshFolder } from '@holdfast/node/testing/mesh-folder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdfast } from '../cli/command.ts'
import { freePort } from '../support/free-port.ts'

let folder: Awaited<ReturnType<typeof makeMeshFolder>>
let listening: Server
let peerPort: number
beforeAll(async () => {
  listening = createServer()
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done))
  peerPort = (listening.address() as AddressInfo).port
  folder = await makeMeshFolder(
    [
      { id: 'eu', level: 2, meshPort: await freePort() },
      { id: 'us', level: 1, meshPort: peerPort },
    ],
    await currentMeasurement(),
  )
})
afterAll(() => {
  rmSync(folder.dir, { recursive: true })
  listening.close()
})

type Finding = { readonly state: string; readonly what: string; readonly mend?: string }
const examine = async (dir: string) => {
  const { stdout, code } = await holdfast(['doctor', '--server', dir, '--json'])
  const { findings } = JSON.parse(stdout) as { findings: Finding[] }
  const find = (pattern: RegExp): Finding | undefined =>
    findings.find(({ what }) => pattern.test(what))
  return { findings, find, code }
}

describe('doctor on a server', () => {
  it('finds what a node needs, and says how to mend what fails', async () => {
    const { findings, find } = await examine(folder.node('eu'))
    expect(find(/the manifest lists the code/)?.state).toBe('ok')
    expect(find(/secp256k1 by/)).toBeDefined()
    expect(find(/memory may be locked|may be locked/)).toBeDefined()
    expect(find(/SIMULATED/)?.state).toBe('warning')
    expect(find(/collateral is good for 29 days/)?.state).toBe('ok')
    expect(find(/GiB are free/)).toBeDefined()
    expect(find(/peer us .* listens/)?.state).toBe('ok')
    for (const { state, mend } of findings) expect(mend === undefined).toBe(state === 'ok')
  })

  it('names a peer that does not listen, a zone that is none and other code', async () => {
    const { find, code } = await examine(folder.node('us'))
    expect(find(/peer eu .* cannot be reached/)?.mend).toContain('firewall')
    expect(code).toBe(1)
    const dir = join(folder.dir, 'nodes', 'asia')
    mkdirSync(dir)
    const config = { zone: 'asia', manifest: '../../manifest.json' }
    writeFileSync(join(dir, 'node.json'), JSON.stringify(config))
    expect((await examine(dir)).find(/no zone asia/)?.state).toBe('wrong')
    writeFileSync(join(dir, 'node.json'), '{"zoned":"asia"}')
    expect((await examine(dir)).find(/unknown key/)?.mend).toContain('zoned')
  })

  it('names a limit of locked memory that is too small, and core dumps', () => {
    const main = join(import.meta.dirname, '../../packages/node/src/main.ts')
    const shell = `ulimit -l 64; ulimit -c 100; exec "$0" "$@"`
    const args = ['-c', shell, process.execPath, main, '--doctor', '--dir', folder.node('eu')]
    const output = execFileSync('bash', args, { encoding: 'utf8' })
    expect(output).toContain('only 65536 bytes may be locked')
    expect(output).toContain('ulimit -c 0')
  })
})
