/** Commands against a mesh that runs, as people and scripts use them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { holdfast } from './command.ts'

let mesh: TestMesh
const files = mkdtempSync(join(tmpdir(), 'holdfast-cli-'))
beforeAll(async () => {
  mesh = await startMesh()
}, 120_000)
afterAll(async () => {
  await mesh?.stop()
  rmSync(files, { recursive: true, force: true })
}, 60_000)

const run = (args: readonly string[], options: { stdin?: string } = {}) =>
  holdfast(args, { ...options, env: { HOLDFAST_DIR: mesh.dir } })
const json = async (args: readonly string[], options: { stdin?: string } = {}) => {
  const { code, stdout, stderr } = await run([...args, '--json'], options)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}
const file = (name: string, content: string): string => {
  const path = join(files, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

describe('holdfast', () => {
  it('verifies a node and says SIMULATED', async () => {
    const { stdout, code } = await run(['verify', mesh.node('us-east').url])
    expect(code).toBe(0)
    expect(stdout).toContain('SIMULATED evidence, verified')
    expect(stdout).toContain('us-east')
  })

  it('refuses another mesh than the one named, and shows the difference', async () => {
    const { code, stderr, stdout } = await run(['verify', '--mesh', `mesh_${'00'.repeat(32)}`])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('wrong_mesh')
    expect(stderr).toContain('expected')
  })

  it('makes a wallet in the zones that its placement allows', async () => {
    const options = ['--min-level', '2', '--copies', '2', '--account', 'ethereum']
    const { wallet } = await json(['wallet', 'create', 'treasury', ...options])
    expect(wallet.placement.zones).toEqual(['eu-west', 'us-east'])
    const added = await json(['account', 'add', wallet.id, 'bitcoin:p2tr:regtest', 'solana'])
    expect(added.wallet.accounts.map((one: { chain: string }) => one.chain)).toEqual([
      'ethereum',
      'bitcoin',
      'solana',
    ])
    expect(added.wallet.accounts[1].address).toMatch(/^bcrt1p/)
  })

  it('imports a seed phrase from stdin, its passphrase from a file', async () => {
    const phrase = `${'abandon '.repeat(11)}about\n`
    const passphrase = file('passphrase', 'TREZOR\n')
    const options = ['--format', 'mnemonic', '--account', 'ethereum']
    const plain = await json(['wallet', 'import', 'old', ...options], { stdin: phrase })
    expect(plain.wallet.accounts[0].address).toBe('0x9858EfFD232B4033E47d90003D41EC34EcaEda94')
    const other = await json(
      ['wallet', 'import', 'old', ...options, '--passphrase-file', passphrase],
      { stdin: phrase },
    )
    expect(other.wallet.accounts[0].address).toBe('0x9c32F71D4DB8Fb9e1A58B0a80dF79935e7256FA6')
  })

  it('refuses a key that is none by its code, without repeating it', async () => {
    const secret = 'ff'.repeat(32)
    const args = ['wallet', 'import', 'bad', '--format', 'raw', '--json']
    const { code, stderr, stdout } = await run(args, { stdin: secret })
    expect(code).toBe(1)
    expect(JSON.parse(stderr)).toMatchObject({ code: 'bad_key', status: 422 })
    expect(stdout + stderr).not.toContain('ffff')
  })

  it('signs typed data that the enclave cannot decode only where that was allowed', async () => {
    const typedData = JSON.stringify({
      types: {
        EIP712Domain: [{ name: 'name', type: 'string' }],
        Mail: [{ name: 'words', type: 'string' }],
      },
      primaryType: 'Mail',
      domain: { name: 'test' },
      message: { words: 'hello' },
    })
    const create = ['wallet', 'create', 'mail', '--account', 'ethereum']
    const strict = (await json(create)).wallet.id
    const open = (await json([...create, '--allow-undecoded'])).wallet.id
    const path = `@${file('mail.json', typedData)}`
    const refused = await run(['sign', 'typed-data', strict, path, '--json'])
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'raw_use_denied' })
    expect((await run(['sign', 'typed-data', open, path])).stdout).toMatch(/^0x[0-9a-f]{130}\n$/)
  })

  it('does the main job against a mesh that it did not start', async () => {
    const { code, stdout, stderr } = await run(['quickstart'])
    expect(code).toBe(0)
    expect(stdout).toContain('✓ Sign an Ethereum transfer and send it')
    expect(stderr).toContain('none is stopped')
    expect(mesh.nodes.every((node) => node.isRunning())).toBe(true)
  })

  it('refuses unknown options, a key that is not there, and a folder without a mesh', async () => {
    const missing = await run(['wallet', 'list', '--key', join(files, 'none'), '--json'])
    expect(JSON.parse(missing.stderr)).toMatchObject({
      code: 'invalid_field',
      subject: join(files, 'none'),
    })
    expect((await run(['wallet', 'list', '--colour'])).code).toBe(1)
    const elsewhere = await holdfast(['wallet', 'list', '--dir', files, '--json'])
    expect(JSON.parse(elsewhere.stderr)).toMatchObject({ code: 'invalid_field' })
  })
})
