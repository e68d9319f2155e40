import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  attribute,
  KmipClient,
  type KmipError,
  maskOf,
  type Version,
} from '../../packages/kmip/src/index.ts'
import {
  type ForeignServer,
  findForeignPrograms,
  socketStream,
  startForeignServer,
  systemTimer,
} from './foreign-server.ts'

/** The versions that PyKMIP 0.10 speaks. */
const spoken: readonly Version[] = ['1.0', '1.1', '1.2', '1.3', '1.4', '2.0']

const reasonOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'it succeeded',
    (error: KmipError) => error.reason,
  )

const programs = findForeignPrograms()

describe.skipIf(programs === undefined)('the client with a PyKMIP server', () => {
  let server: ForeignServer

  beforeAll(async () => {
    server = await startForeignServer(programs!)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const dial = async (version?: Version): Promise<KmipClient> =>
    new KmipClient(socketStream(await server.connect()), {
      timer: systemTimer,
      timeoutMs: 10_000,
      ...(version === undefined ? {} : { version }),
    })

  it('agrees on the newest version that the server speaks', async () => {
    using client = await dial()
    expect(await client.negotiate()).toBe('2.0')
  })

  it('leads a symmetric key through its life in every version', async () => {
    for (const version of spoken) {
      using client = await dial(version)
      const { uniqueIdentifier } = await client.call('Create', {
        objectType: 'SymmetricKey',
        attributes: [
          attribute('CryptographicAlgorithm', 'AES'),
          attribute('CryptographicLength', 256),
          attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Encrypt')),
          attribute('Name', { nameValue: version, nameType: 'UninterpretedTextString' }),
        ],
      })
      await client.call('Activate', { uniqueIdentifier })
      const got = await client.call('Get', { uniqueIdentifier })
      expect(got.object).toMatchObject({
        type: 'SymmetricKey',
        value: { keyBlock: { cryptographicAlgorithm: 'AES', cryptographicLength: 256 } },
      })
      const { attributes } = await client.call('GetAttributes', {
        uniqueIdentifier,
        attributeReferences: ['State', 'CryptographicLength'],
      })
      expect(attributes).toContainEqual(expect.objectContaining({ name: 'State', value: 'Active' }))
      const refused = client.call('Destroy', { uniqueIdentifier })
      expect(await reasonOf(refused)).toBe('PermissionDenied')
      await client.call('Revoke', {
        uniqueIdentifier,
        revocationReason: { revocationReasonCode: 'CessationOfOperation' },
      })
      await client.call('Destroy', { uniqueIdentifier })
      expect(await reasonOf(client.call('Get', { uniqueIdentifier }))).toBe('ItemNotFound')
    }
  })

  it('registers a private key and finds it by its name', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const keyMaterial = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
    for (const version of spoken) {
      using client = await dial(version)
      const name = attribute('Name', {
        nameValue: `registered ${version}`,
        nameType: 'UninterpretedTextString',
      })
      const { uniqueIdentifier } = await client.call('Register', {
        objectType: 'PrivateKey',
        attributes: [
          attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Sign')),
          name,
        ],
        object: {
          type: 'PrivateKey',
          value: {
            keyBlock: {
              keyFormatType: 'PKCS_8',
              keyValue: { keyMaterial },
              cryptographicAlgorithm: 'RSA',
              cryptographicLength: 2048,
            },
          },
        },
      })
      const located = await client.call('Locate', { attributes: [name] })
      expect(located.uniqueIdentifiers).toEqual([uniqueIdentifier])
    }
  })

  it('has many calls in flight and gets each its own answer', async () => {
    using client = await dial('1.4')
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const reasons = await Promise.all(
      names.map((name) => reasonOf(client.call('Get', { uniqueIdentifier: `none ${name}` }))),
    )
    expect(reasons).toEqual(names.map(() => 'ItemNotFound'))
  })
})
