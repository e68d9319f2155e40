/** The package as others get it: packed, installed into an empty folder, run by its README. */
import { execFileSync } from 'node:child_process'
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultFacts } from '../../packages/enclave/src/kmip/server-facts.ts'
import { makeCertificate, startTestServer } from './conformance/test-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-kmip-package-'))
const built = join(folder, 'built')
const app = join(folder, 'app')

const run = (program: string, args: readonly string[], cwd: string): string =>
  execFileSync(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] }).toString()

let tarball: string

beforeAll(() => {
  run(process.execPath, [join(process.cwd(), 'scripts/build-kmip.ts'), built], process.cwd())
  run('npm', ['pack', built, '--pack-destination', folder, '--silent'], folder)
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '')
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }')
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], app)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the published package', () => {
  it('is packed without a complaint of publint', async () => {
    const bytes = readFileSync(tarball)
    const packed = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    const { messages } = await publint({ pack: { tarball: packed }, strict: true })
    expect(messages).toEqual([])
  })

  it('depends on nothing, and holds no source, test or syntax that Node 20 does not read', () => {
    const own = join(app, 'node_modules/@holdfast/kmip')
    expect(readdirSync(join(app, 'node_modules/@holdfast'))).toEqual(['kmip'])
    expect(JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'))).not.toHaveProperty(
      'dependencies',
    )
    const files = globSync('**/*', { cwd: own }).filter((file) => /\.[a-z]+$/.test(file))
    expect(files.filter((file) => !/(\.js|\.d\.ts|\.md|package\.json)$/.test(file))).toEqual([])
    expect(files.filter((file) => /test/.test(file))).toEqual([])
    const text = files.map((file) => readFileSync(join(own, file), 'utf8')).join('\n')
    expect(text).not.toMatch(/^\s*(await )?using \w/m)
    expect(text).not.toMatch(/from ['"](@holdfast\/base|\.[^'"]*\.ts)/)
  })

  it('has declarations that a strict program is checked against', () => {
    const code = `import { KmipClient, type RequestPayload, attribute } from '@holdfast/kmip'
export const payload: RequestPayload<'Create'> = {
  objectType: 'SymmetricKey',
  attributes: [attribute('CryptographicLength', 256)],
}
export const get = (client: KmipClient, uniqueIdentifier: string) =>
  client.call('Get', { uniqueIdentifier }).then(({ object }) => object.type)
// @ts-expect-error an operation that KMIP does not have
export const none = (client: KmipClient) => client.call('Fetch', {})
`
    writeFileSync(join(app, 'program.ts'), code)
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: 'NodeNext',
      target: 'ES2022',
      lib: ['ES2022', 'ESNext.Disposable'],
      types: [],
    }
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
    run(join(process.cwd(), 'node_modules/.bin/tsc'), ['-p', app], app)
  })

  it('runs the example of its README against a server', async () => {
    await using server = await startTestServer(defaultFacts)
    const { key, cert } = makeCertificate('reader')
    const readme = readFileSync(join(app, 'node_modules/@holdfast/kmip/README.md'), 'utf8')
    const example = /```ts\n(import \{ connect \}[\s\S]*?)```/.exec(readme)?.[1] ?? ''
    const [imports = '', rest = ''] = example.split(/\n\n(?=const socket)/)
    const given = { ca: String(server.certificate), cert: String(cert), key: String(key) }
    const at = `host: '127.0.0.1', port: ${server.port}, checkServerIdentity: () => undefined`
    const program = `${imports}
const { ca, cert, key } = ${JSON.stringify(given)}
${rest.replace("host: 'kmip.example', port: 5696", at)}`
    writeFileSync(join(app, 'example.js'), program)
    const output = await new Promise<string>((resolve, reject) => {
      import('node:child_process')
        .then(({ execFile }) =>
          execFile(process.execPath, ['example.js'], { cwd: app, timeout: 20_000 }, (error, out) =>
            error === null ? resolve(out) : reject(error),
          ),
        )
        .catch(reject)
    })
    expect(output).toBe('SymmetricKey\n')
  }, 60_000)
})
