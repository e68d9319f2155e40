import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { releaseFiles } from '@holdfast/node/platform/own-code'
import { afterAll, describe, expect, it } from 'vitest'
import { renderManifest } from '../../scripts/gramine-manifest.ts'
import { findProgram } from '../support/program.ts'
import { gramineManifest } from './gramine-schema.ts'

const folder = join(import.meta.dirname, '../../deploy/gramine')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const python = findProgram({
  program: 'python3',
  install: 'apt-get install python3',
  paths: ['/usr/bin/python3'],
})
const gramine = findProgram({
  program: 'gramine-direct',
  install: 'the packages of gramineproject.io: Debian has none',
  notInDebian: true,
})

const parseToml = (text: string): unknown =>
  JSON.parse(
    execFileSync(
      python!,
      ['-c', 'import json,sys,tomllib; print(json.dumps(tomllib.loads(sys.stdin.read())))'],
      { input: text, encoding: 'utf8' },
    ),
  )

describe.skipIf(python === undefined)('the manifest of Gramine', () => {
  const parse = () =>
    gramineManifest.parse(parseToml(renderManifest(read('holdfast.manifest.template'))))

  it('has no option that Gramine does not document, and none that is insecure', () => {
    expect(parse().sgx.debug).toBe(false)
    const insecure = `${read('holdfast.manifest.template')}\nloader.insecure__use_host_env = true\n`
    expect(gramineManifest.safeParse(parseToml(renderManifest(insecure))).success).toBe(false)
  })

  it('measures every file of a release, and lets the host write in one folder alone', () => {
    const { sgx, fs } = parse()
    for (const name of releaseFiles) expect(sgx.trusted_files).toContain(`file:/holdfast/${name}`)
    expect(sgx.trusted_files).not.toContain('file:/holdfast/')
    expect(sgx.allowed_files).toEqual(['file:/var/lib/holdfast/'])
    const mounted = fs.mounts.map(({ uri }) => uri)
    const named = [...sgx.trusted_files, ...sgx.allowed_files]
    for (const uri of mounted)
      expect(
        named.some((one) => one.startsWith(uri)),
        uri,
      ).toBe(true)
  })

  it('runs one process with measured arguments, in memory that WebAssembly fits', () => {
    const { loader, libos, sys } = parse()
    expect(loader.argv[0]).toBe(libos.entrypoint)
    expect(loader.argv).toContain('--disable-wasm-trap-handler')
    expect(loader.argv.slice(-3)).toEqual(['/holdfast/enclave.mjs', '--dir', '/data'])
    expect(loader.env).toMatchObject({ NODE_OPTIONS: '', UV_USE_IO_URING: '0' })
    expect(sys.disallow_subprocesses).toBe(true)
  })

  it('is refused with a variable that nobody fills in', () => {
    expect(() => renderManifest('a = "{{ env.HOME }}"')).toThrow('env.HOME')
    expect(() => renderManifest('{% if x %}')).toThrow('nothing else')
  })

  it('takes flags that this Node has', () => {
    const flags = parse().loader.argv.filter((word) => word.startsWith('--') && word !== '--dir')
    const { status } = spawnSync(process.execPath, [...flags, '-e', ''])
    expect(status).toBe(0)
  })
})

describe('the Makefile of Gramine', () => {
  it('installs every file that the manifest trusts in /holdfast', () => {
    const make = read('Makefile')
    const listed = /^FILES := (.+)$/m.exec(make)?.[1]?.split(' ')
    expect(listed?.toSorted()).toEqual([...releaseFiles].toSorted())
    expect(make).toContain('hosts $(APP)/hosts')
  })
})

describe.skipIf(gramine === undefined)('a machine with Gramine', () => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-gramine-'))
  afterAll(() => rmSync(dir, { recursive: true }))

  it('renders and signs the manifest, and boots as far as its configuration', async () => {
    cpSync(folder, dir, { recursive: true })
    const key = join(dir, 'key.pem')
    const release = join(dir, 'release')
    const script = join(import.meta.dirname, '../../scripts/release/main.ts')
    execFileSync(process.execPath, [script, '--out', release])
    execFileSync('make', ['-C', dir, 'install', `RELEASE=${release}`])
    execFileSync('gramine-sgx-gen-private-key', [key])
    execFileSync('make', ['-C', dir, 'sign', 'measurement', `KEY=${key}`])
    expect(JSON.parse(readFileSync(join(dir, 'measurement.json'), 'utf8'))).toMatchObject({
      mr_enclave: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    writeFileSync('/var/lib/holdfast/node.json', '{"zone":"eu","unknown":1}')
    const child = spawn('make', ['-C', dir, 'direct'], { stdio: ['ignore', 'ignore', 'pipe'] })
    let log = ''
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
    })
    await new Promise((resolve) => child.once('close', resolve))
    expect(log).toContain('bad_configuration')
  }, 180_000)
})
