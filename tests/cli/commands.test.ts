/** Commands against a mesh that runs, as people and scripts use them. */
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { holdfast } from './command.ts'
import { jsonOf } from './json-of.ts'

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
const json = (args: readonly string[], options: { stdin?: string } = {}) =>
  jsonOf(run([...args, '--json'], options))
const file = (name: string, content: string): string => {
  const path = join(files, name)
  writeFileSync(path, content, { mode: 0o600 })
  return path
}

describe('holdfast', () => {
  it('verifies a node and says SIMULATED', async () => {
    const { stdout, code } = await run(['verify', mesh.node('us-east').url])
    expect(code).toBe(0)
    expect(stdout).toContain('SIMULATED')
    expect(stdout).toContain('us-east')
  })

  it('says of a node what each rule saw, and leaves by what came of it', async () => {
    const { url } = mesh.node('us-east')
    const { checks, measurement, good } = await json(['verify', url])
    expect(good).toBe(true)
    const whats = (checks as { what: string }[]).map(({ what }) => what)
    const expected = [
      'evidence',
      'identity',
      'TCB',
      'collateral',
      'measurement',
      'inventory',
      'manifest',
    ]
    expect(whats).toEqual(expected)
    const published = file('release.json', JSON.stringify({ measurement }))
    expect((await run(['verify', url, '--published', published])).code).toBe(0)
    const other = await run(['verify', url, '--published', 'ab'.repeat(32)])
    expect(other.code).toBe(1)
    expect(other.stdout).toContain('is NOT the published one')
    const hardware = await run(['verify', url, '--hardware'])
    expect(hardware.code).toBe(1)
    expect(hardware.stdout).toContain('the mesh is SIMULATED')
    expect((await run(['verify', 'https://127.0.0.1:1'])).code).toBe(2)
    expect((await run(['verify', url, '--published', 'no-such-file'])).code).toBe(1)
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

  it('writes the CA of a zone as PEM, and says that it is SIMULATED', async () => {
    const out = join(files, 'ca.pem')
    const written = await run(['trust', '--zone', 'ap-south', '--out', out])
    expect(written.code).toBe(0)
    expect(written.stderr).toContain('SIMULATED evidence, verified')
    const { subject, issuer, ca } = new X509Certificate(readFileSync(out))
    expect(subject).toContain('Holdfast zone ap-south')
    expect([issuer, ca]).toEqual([subject, true])
    const unknown = await run(['trust', '--zone', 'nowhere', '--json'])
    expect(JSON.parse(unknown.stderr)).toMatchObject({ code: 'unreachable', subject: 'nowhere' })
  })

  it('knows a new person by his own key, whom the policy judges, until it is removed', async () => {
    const { wallet } = await json(['wallet', 'create', 'shared', '--account', 'ethereum'])
    const bob = join(files, 'bob.json')
    const words = ['--person', 'bob', '--owner', '--generate']
    const denied = await run(['sign', 'message', wallet.id, 'hello', '--key', bob])
    expect(denied.code).toBe(1)
    const { credential } = await json(['credential', 'add', wallet.id, bob, ...words])
    const shown = await run(['wallet', 'show', wallet.id, '--key', bob, '--json'])
    // The policy names its owners, and bob is none of those.
    expect(JSON.parse(shown.stderr)).toMatchObject({ code: 'policy_denied' })
    const removed = await json(['credential', 'remove', wallet.id, credential])
    expect(removed.wallet.credentials).toHaveLength(1)
    const gone = await run(['wallet', 'show', wallet.id, '--key', bob, '--json'])
    expect(JSON.parse(gone.stderr)).toMatchObject({ code: 'unauthenticated' })
  })

  describe('a password', () => {
    const person = ['--person', 'owner']
    const to = join(files, 'login.json')
    let id: string
    let right: string
    const login = (path: string, password: string) =>
      ['login', id, path, ...person, '--password-file', password] as const
    const sign = (path: string) => ['sign', 'message', id, 'hello', '--key', path] as const

    it('logs in, and the file of the login signs for an hour', async () => {
      id = (await json(['wallet', 'create', 'by password', '--account', 'ethereum'])).wallet.id
      right = file('password', 'correct horse battery staple\n')
      const add = ['credential', 'add', id, ...person, '--name', 'words', '--password-file', right]
      const { credential } = await json(add)
      const { stdout } = await run(['credential', 'list', id])
      expect(stdout).toMatch(new RegExp(`${credential} +password +owner \\(owner\\) +words`))
      const wrong = await run([...login(to, file('wrong', 'correct horse')), '--json'])
      expect(JSON.parse(wrong.stderr)).toMatchObject({ code: 'wrong_password' })
      await json(login(to, right))
      expect(readFileSync(to, 'utf8')).not.toContain('horse')
      expect(statSync(to).mode & 0o777).toBe(0o600)
      expect((await json(sign(to))).signed.kind).toBe('ethereum.signature')
    }, 60_000)

    it('is asked for at a terminal alone; its login ends and replaces no other file', async () => {
      const asked = await run(['credential', 'add', id, ...person, '--password', '--json'])
      expect(JSON.parse(asked.stderr)).toMatchObject({ code: 'invalid_field' })
      const late = file('late.json', readFileSync(to, 'utf8').replace(/"20\d\d-/, '"2020-'))
      const ended = await run([...sign(late), '--json'])
      expect(JSON.parse(ended.stderr)).toMatchObject({ code: 'login_required', subject: late })
      const other = file('other.json', '{"format":"holdfast api key v1"}')
      expect((await run(login(other, right))).code).toBe(1)
      expect(readFileSync(other, 'utf8')).toContain('api key')
    }, 60_000)

    it('is changed by itself, and logins by the old one end', async () => {
      const next = file('next', 'a better horse')
      const by = ['--password-file', right, '--new-password-file', next]
      const { stdout } = await run(['credential', 'change-password', id, ...person, ...by])
      expect(stdout).toContain('in force in  eu-west')
      const gone = await run([...sign(to), '--json'])
      expect(JSON.parse(gone.stderr)).toMatchObject({ code: 'unauthenticated' })
      await json(login(to, next))
      await json(sign(to))
    }, 60_000)
  })

  it('enrols a KMIP client in a wallet whose policy names KMIP, and in no other', async () => {
    const enroll = (id: string, out: string) =>
      ['kmip', 'enroll', '--name', 'app', '--wallet', id, '--out', join(files, out)] as const
    const closed = (await json(['wallet', 'create', 'closed'])).wallet.id
    const refused = await run([...enroll(closed, 'closed'), '--json'])
    expect(JSON.parse(refused.stderr)).toMatchObject({ code: 'policy_denied', subject: closed })
    expect(existsSync(join(files, 'closed'))).toBe(false)
    const open = (await json(['wallet', 'create', 'open', '--kmip'])).wallet.id
    const enrolled = await json(enroll(open, 'open'))
    expect(enrolled.wallet).toBe(open)
    expect(enrolled.zones.map(({ kmip }: { kmip: object[] }) => kmip.length)).toEqual([1, 1, 1])
    const again = await run([...enroll(open, 'open'), '--json'])
    expect(JSON.parse(again.stderr)).toMatchObject({ code: 'invalid_field' })
    expect(readFileSync(enrolled.files.key, 'utf8')).toContain('PRIVATE KEY')
    const { wallet } = await json(['wallet', 'show', open])
    expect(wallet.credentials.at(-1)).toMatchObject({ kind: 'tls-certificate', name: 'app' })
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
