import { concat, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import {
  attribute,
  hasOperation,
  maskOf,
  type ObjectReference,
  type OperationName,
  type RequestPayload,
  type Version,
} from '@holdfast/kmip'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createKmipWorld,
  importedKey,
  type KmipWorld,
  kmipRules,
  rawRule,
  unsayable,
} from '../../testing/kmip-world.ts'
import { createTestMesh, type TestMesh } from '../../testing/test-mesh.ts'

let mesh: TestMesh
let world: KmipWorld

/** Known secrets, so that answers can be searched for them. */
const scalar = fromHex('c0ffee11c0ffee22c0ffee33c0ffee44c0ffee55c0ffee66c0ffee77c0ffee88')
const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

beforeAll(async () => {
  mesh = await createTestMesh({ zones: ['eu-west', 'us-east'] })
  // Raw use is allowed, so that nothing is held back by the policy alone.
  world = await createKmipWorld(mesh, {
    rules: [...kmipRules, rawRule],
    keys: [
      importedKey(mesh, {
        name: 'scalar',
        kind: 'secp256k1',
        format: 'raw',
        secret: Uint8Array.from(scalar),
        accounts: [{ chain: 'ethereum' }],
      }),
      importedKey(mesh, {
        name: 'phrase',
        kind: 'bip39',
        format: 'mnemonic',
        secret: utf8(phrase),
        accounts: [{ chain: 'solana' }],
      }),
    ],
  })
})
afterAll(() => mesh.stop())

type Tries = { readonly [Name in OperationName]?: readonly RequestPayload<Name>[] }

/** How a client would go about getting a secret: `key` is the target, `aes` a key of its own. */
const triesAt = (key: string, aes: string): Tries => {
  const it = { uniqueIdentifier: key }
  const data = new Uint8Array(32).fill(1)
  const wrapped = (encryption: string) => ({
    wrappingMethod: 'Encrypt' as const,
    encryptionKeyInformation: { uniqueIdentifier: encryption },
  })
  const loose = [attribute('Extractable', true), attribute('Sensitive', false)]
  const names = [attribute('CryptographicLength', 256), attribute('CryptographicAlgorithm', 'AES')]
  const method = (derivationMethod: 'HASH' | 'HMAC' | 'AsymmetricKey', ...from: string[]) => ({
    objectType: 'SymmetricKey' as const,
    uniqueIdentifiers: from as ObjectReference[],
    derivationMethod,
    derivationParameters: { derivationData: data },
    attributes: names,
  })
  return {
    Get: [
      it,
      ...(['Raw', 'PKCS_8', 'ECPrivateKey', 'TransparentECPrivateKey'] as const).map(
        (keyFormatType) => ({ ...it, keyFormatType }),
      ),
      { ...it, keyWrappingSpecification: wrapped(aes) },
      { ...it, keyWrapType: 'NotWrapped' },
      { uniqueIdentifier: aes, keyWrappingSpecification: wrapped(key) },
    ],
    Export: [it, { ...it, keyWrappingSpecification: wrapped(aes) }],
    GetAttributes: [it],
    GetAttributeList: [it],
    Check: [it, { ...it, cryptographicUsageMask: 1 }],
    DeriveKey: [method('HASH', key), method('HMAC', key), method('AsymmetricKey', key, aes)],
    CreateSplitKey: [
      {
        objectType: 'PrivateKey',
        ...it,
        splitKeyParts: 2,
        splitKeyThreshold: 2,
        splitKeyMethod: 'XOR',
        attributes: [],
      },
    ],
    JoinSplitKey: [{ objectType: 'PrivateKey', uniqueIdentifiers: [key, key] }],
    ModifyAttribute: loose.map((one) => ({ ...it, attribute: one })),
    SetAttribute: loose.map((one) => ({ ...it, attribute: one })),
    AddAttribute: [...loose, attribute('ObjectGroup', 'mine')].map((one) => ({
      ...it,
      attribute: one,
    })),
    DeleteAttribute: [{ ...it, attributeReference: 'Sensitive' }],
    AdjustAttribute: [{ ...it, attributeReference: 'Extractable', adjustmentType: 'Negate' }],
    ReKey: [it],
    ReKeyKeyPair: [{ privateKeyUniqueIdentifier: key }],
    Certify: [it],
    ReCertify: [it],
    ObtainLease: [it],
    GetUsageAllocation: [{ ...it, usageLimitsCount: 1n }],
    Activate: [it],
    Revoke: [{ ...it, revocationReason: { revocationReasonCode: 'KeyCompromise' } }],
    Destroy: [it],
    Archive: [it],
    Recover: [it],
    Encrypt: [{ ...it, data }],
    Decrypt: [{ ...it, data }],
    MAC: [{ ...it, data }],
    Sign: [
      { ...it, data },
      { ...it, data, initIndicator: true },
    ],
    SignatureVerify: [{ ...it, data, signatureData: data }],
    Validate: [{ uniqueIdentifiers: [key] }],
  }
}

/** What may be said of a private key, or does nothing to it; all else is refused. */
const harmless: ReadonlySet<string> = new Set([
  'GetAttributes',
  'GetAttributeList',
  'Check',
  'GetUsageAllocation',
  'ObtainLease',
  'Recover',
  'Sign',
])

const createAes = async (version: Version): Promise<string> => {
  const answer = await world.ask(version, 'Create', {
    objectType: 'SymmetricKey',
    attributes: [
      attribute('CryptographicAlgorithm', 'AES'),
      attribute('CryptographicLength', 256),
      attribute(
        'CryptographicUsageMask',
        maskOf('CryptographicUsageMask', 'Encrypt', 'Decrypt', 'WrapKey', 'DeriveKey'),
      ),
    ],
  })
  if (!answer.ok) throw new Error(answer.reason)
  return answer.payload.uniqueIdentifier
}

const tryAll = async (version: Version, key: string): Promise<readonly string[]> => {
  const done: string[] = []
  const unsaid: string[] = []
  const aes = await createAes(version)
  for (const [name, payloads] of Object.entries(triesAt(key, aes))) {
    const operation = name as OperationName
    if (!hasOperation(version, operation)) continue
    for (const payload of payloads) {
      const answer = await world.ask(version, operation, payload)
      if (answer.ok) done.push(name)
      else if (answer.reason === unsayable) unsaid.push(name)
    }
  }
  // The newest version has words for all of them, so that each is asked at least once.
  if (version === '2.1') expect(unsaid).toEqual([])
  return done
}

const needles = (): readonly string[] => [
  toHex(scalar),
  toHex(scalar.toReversed()),
  toHex(scalar.subarray(0, 16)),
  toHex(utf8(phrase.slice(0, 24))),
]

describe('the secret of a wallet key', () => {
  it.each(['1.0', '1.4', '2.1'] as const)(
    'is in no answer of any operation in %s, and nothing changes the key',
    async (version) => {
      for (const { id } of world.wallet.accounts) {
        const attributes = () => world.ask(version, 'GetAttributes', { uniqueIdentifier: id })
        const before = await attributes()
        const done = await tryAll(version, id)
        expect(done.filter((name) => !harmless.has(name))).toEqual([])
        expect(await attributes()).toEqual(before)
      }
      const said = toHex(concat(...world.answers))
      expect(world.answers.length).toBeGreaterThan(30)
      for (const needle of needles()) expect(said.includes(needle)).toBe(false)
    },
  )

  it('does not come by the id of the key that an account derives from', async () => {
    for (const { id } of world.wallet.keys) {
      const done = await tryAll('2.1', id)
      expect(done.filter((name) => !harmless.has(name))).toEqual([])
    }
    const said = toHex(concat(...world.answers))
    for (const needle of needles()) expect(said.includes(needle)).toBe(false)
  })

  it('does not come by an object that is imported in the place of the key', async () => {
    const other = await createKmipWorld(mesh, { rules: kmipRules, keys: [] })
    const object = {
      type: 'SecretData' as const,
      value: {
        secretDataType: 'Password' as const,
        keyBlock: { keyFormatType: 'Raw' as const, keyValue: { keyMaterial: utf8('mine') } },
      },
    }
    for (const asking of [world, other]) {
      for (const { id } of world.wallet.keys) {
        const payload = { uniqueIdentifier: id, objectType: object.type, object, attributes: [] }
        await asking.ask('2.1', 'Import', payload)
        const got = await asking.ask('2.1', 'Get', { uniqueIdentifier: id })
        // At most what was brought comes back.
        if (got.ok) expect(got.payload.object).toEqual(object)
      }
      const said = toHex(concat(...asking.answers))
      for (const needle of needles()) expect(said.includes(needle)).toBe(false)
    }
    const { id } = world.wallet.accounts[0]!
    const taken = { uniqueIdentifier: id, objectType: object.type, object, attributes: [] }
    const refused = await world.ask('2.1', 'Import', taken)
    expect(refused).toEqual({ ok: false, reason: 'ObjectAlreadyExists' })
  })

  it('is refused with the reason of the version', async () => {
    const key = { uniqueIdentifier: world.wallet.accounts[0]!.id }
    const reasonAt = async (version: Version): Promise<string> => {
      const answer = await world.ask(version, 'Get', key)
      return answer.ok ? 'ok' : answer.reason
    }
    expect(await reasonAt('1.0')).toBe('PermissionDenied')
    expect(await reasonAt('1.3')).toBe('PermissionDenied')
    expect(await reasonAt('1.4')).toBe('NotExtractable')
    expect(await reasonAt('2.1')).toBe('NotExtractable')
  })
})
