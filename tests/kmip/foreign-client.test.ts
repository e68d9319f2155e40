import { execFile } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findProgram } from '../support/program.ts'
import { makeCertificate, startTestServer, type TestServer } from './conformance/test-server.ts'

// The command of the package shows that it is there; its interpreter is Debian's own.
const program = findProgram({
  program: 'pykmip-server',
  install: 'apt-get install python3-pykmip',
  paths: ['/usr/bin/pykmip-server'],
})

const run = promisify(execFile)

/** The versions that PyKMIP 0.10 speaks. */
const spoken = ['1.0', '1.1', '1.2', '1.3', '1.4', '2.0']

describe.skipIf(program === undefined)('a PyKMIP client', () => {
  let server: TestServer
  const folder = mkdtempSync(join(tmpdir(), 'kmip-client-'))

  beforeAll(async () => {
    server = await startTestServer()
    const { key, cert } = makeCertificate('client')
    writeFileSync(join(folder, 'client.key'), key)
    writeFileSync(join(folder, 'client.pem'), cert)
    writeFileSync(join(folder, 'server.pem'), server.certificate)
    writeFileSync(join(folder, 'client.conf'), '[client]\n')
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  it.for(spoken)(
    'leads a secp256k1 key and an AES key through their lives in %s',
    async (version) => {
      server.freshTenant()
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
      const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('hex')
      const script = join(import.meta.dirname, 'pykmip-client.py')
      const { stdout } = await run(
        '/usr/bin/python3',
        ['-W', 'ignore', script, '127.0.0.1', String(server.port), folder, version, pkcs8],
        { timeout: 30_000 },
      )
      const steps = new Map(
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
          .map(({ step, value }) => [step, value]),
      )
      expect(steps.get('locate')).toEqual([steps.get('register')])
      expect(steps.get('get')).toBe(pkcs8)
      expect(steps.get('attributes')).toEqual(
        expect.arrayContaining([expect.stringContaining('ACTIVE'), '256']),
      )
      expect(steps.get('destroyed')).toBe('KmipOperationFailure')
      if (version < '1.2') return
      const signature = Buffer.from(steps.get('sign'), 'hex')
      const key = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }))
      expect(verify('sha256', Buffer.from('message'), key, signature)).toBe(true)
    },
  )
})
