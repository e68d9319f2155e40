import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultFacts } from '../../packages/enclave/src/kmip/server-facts.ts'
import { makeCertificate, startTestServer, type TestServer } from './conformance/test-server.ts'
import { PyKmip, python } from './pykmip-client.ts'

/** The versions that PyKMIP 0.10 speaks. */
const spoken = ['1.0', '1.1', '1.2', '1.3', '1.4', '2.0']

describe.skipIf(python === undefined)('a PyKMIP client', () => {
  let server: TestServer
  const folder = mkdtempSync(join(tmpdir(), 'kmip-client-'))

  beforeAll(async () => {
    server = await startTestServer(defaultFacts)
    const { key, cert } = makeCertificate('client')
    writeFileSync(join(folder, 'client.key'), key)
    writeFileSync(join(folder, 'client.pem'), cert)
    writeFileSync(join(folder, 'ca.pem'), server.certificate)
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
      const address = `127.0.0.1:${server.port}`
      using client = new PyKmip({ folder, address, version })
      expect(await client.opened).toEqual({ value: 'open' })
      const aes = (await client.ask('create', { name: `aes ${version}` })).value
      const id = (await client.ask('register', { name: `key ${version}`, pkcs8 })).value
      await client.ask('activate', { id })
      expect((await client.ask('locate', { name: `key ${version}` })).value).toEqual([id])
      expect((await client.ask('get', { id })).value).toBe(pkcs8)
      const names = ['State', 'Cryptographic Length']
      expect((await client.ask('attributes', { id, names })).value).toEqual({
        State: 'ACTIVE',
        'Cryptographic Length': '256',
      })
      if (version >= '1.2') {
        const data = Buffer.from('message')
        const { value } = await client.ask('sign', { id, data: data.toString('hex') })
        const key = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }))
        expect(verify('sha256', data, key, Buffer.from(value as string, 'hex'))).toBe(true)
      }
      expect(await client.ask('revoke', { id })).toEqual({ value: null })
      for (const gone of [id, aes]) {
        expect(await client.ask('destroy', { id: gone })).toEqual({ value: null })
        expect(await client.ask('get', { id: gone })).toHaveProperty('refused')
      }
    },
  )
})
