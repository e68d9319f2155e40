import { concat, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { attribute, maskOf } from '@holdfast/kmip'
import { ed25519 } from '@noble/curves/ed25519.js'
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createKmipWorld,
  type KmipAnswer,
  type KmipWorld,
  kmipRules,
} from '../testing/kmip-world.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { extensionValues } from './extensions.ts'

let mesh: TestMesh
let world: KmipWorld

beforeAll(async () => {
  mesh = await createTestMesh({ zones: ['eu-west'] })
  world = await createKmipWorld(mesh, { rules: kmipRules, keys: [] })
})
afterAll(() => mesh.stop())

const payloadOf = <Payload>(
  answer: { ok: true; payload: Payload } | { ok: false; reason: string },
) => {
  if (!answer.ok) throw new Error(answer.reason)
  return answer.payload
}
const signature = (answer: KmipAnswer<'Sign'>): Uint8Array => payloadOf(answer).signatureData!

const scalar = sha256(utf8('a general key'))
const publicKey = secp256k1.getPublicKey(scalar)
/** RFC 5915 ECPrivateKey on secp256k1. */
const sec1 = concat(fromHex('302e0201010420'), scalar, fromHex('a00706052b8104000a'))
/** RFC 5208 PrivateKeyInfo around it, without the curve, which stands outside. */
const inner = concat(fromHex('30250201010420'), scalar)
const pkcs8 = concat(fromHex('303e020100301006072a8648ce3d020106052b8104000a0427'), inner)

const usage = attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Sign'))

const register = async (keyFormatType: string, keyMaterial: unknown): Promise<string> => {
  const keyBlock = {
    keyFormatType,
    keyValue: { keyMaterial },
    cryptographicAlgorithm: 'EC',
    cryptographicLength: 256,
  }
  const answer = await world.ask('1.4', 'Register', {
    objectType: 'PrivateKey',
    attributes: [usage],
    object: { type: 'PrivateKey', value: { keyBlock } },
  } as never)
  const { uniqueIdentifier } = payloadOf(answer)
  payloadOf(await world.ask('1.4', 'Activate', { uniqueIdentifier }))
  return uniqueIdentifier
}

/** RFC 5480 SubjectPublicKeyInfo of a point on secp256k1. */
const spkiPrefix = fromHex('3056301006072a8648ce3d020106052b8104000a034200')

const registerPublic = async (point: Uint8Array): Promise<string> => {
  const keyBlock = {
    keyFormatType: 'X_509',
    keyValue: { keyMaterial: concat(spkiPrefix, point) },
    cryptographicAlgorithm: 'EC',
    cryptographicLength: 256,
  }
  const answer = await world.ask('1.4', 'Register', {
    objectType: 'PublicKey',
    attributes: [attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Verify'))],
    object: { type: 'PublicKey', value: { keyBlock } },
  } as never)
  const { uniqueIdentifier } = payloadOf(answer)
  payloadOf(await world.ask('1.4', 'Activate', { uniqueIdentifier }))
  return uniqueIdentifier
}

describe('general keys on the curves of chains', () => {
  it('sign alike from every format: DER, low S, RFC 6979', async () => {
    const data = utf8('anything, for this key is general')
    const expected = secp256k1.sign(data, scalar, { format: 'der', lowS: true })
    for (const [format, material] of [
      ['ECPrivateKey', sec1],
      ['PKCS_8', pkcs8],
      [
        'TransparentECPrivateKey',
        { recommendedCurve: 'SECP256K1', d: BigInt(`0x${toHex(scalar)}`) },
      ],
    ] as const) {
      const uniqueIdentifier = await register(format, material)
      const cryptographicParameters = { digitalSignatureAlgorithm: 'ECDSAWithSHA256' } as const
      const request = { uniqueIdentifier, data, cryptographicParameters }
      expect(toHex(signature(await world.ask('1.4', 'Sign', request)))).toBe(toHex(expected))
    }
  })

  it('sign digests, by Keccak-256, recoverably and by BIP-340 as the extensions say', async () => {
    const uniqueIdentifier = await register('ECPrivateKey', sec1)
    const digestedData = sha256(utf8('digest'))
    const der = signature(await world.ask('1.4', 'Sign', { uniqueIdentifier, digestedData }))
    const options = { prehash: false, format: 'der', lowS: true } as const
    expect(secp256k1.verify(der, digestedData, publicKey, options)).toBe(true)
    const data = utf8('data')
    const hashingAlgorithm = extensionValues.hashes.keccak256
    const { recoverableEcdsa, bip340 } = extensionValues.signatures
    const byKeccak = await world.ask('1.4', 'Sign', {
      uniqueIdentifier,
      data,
      cryptographicParameters: { hashingAlgorithm, digitalSignatureAlgorithm: recoverableEcdsa },
    })
    const compact = signature(byKeccak)
    const recovered = secp256k1.Signature.fromBytes(compact.slice(0, 64), 'compact')
      .addRecoveryBit(compact[64]!)
      .recoverPublicKey(keccak_256(data))
    expect(recovered.toBytes(true)).toEqual(publicKey)
    const bySchnorr = await world.ask('1.4', 'Sign', {
      uniqueIdentifier,
      digestedData,
      cryptographicParameters: { digitalSignatureAlgorithm: bip340 },
    })
    expect(schnorr.verify(signature(bySchnorr), digestedData, publicKey.slice(1))).toBe(true)
  })

  it('verify what was signed so, in the same forms, and nothing else', async () => {
    const privateKey = await register('ECPrivateKey', sec1)
    const publicKeyId = await registerPublic(secp256k1.getPublicKey(scalar, false))
    const data = utf8('data')
    const message = sha256(data)
    const { recoverableEcdsa, bip340 } = extensionValues.signatures
    const hashingAlgorithm = extensionValues.hashes.keccak256
    for (const [given, cryptographicParameters] of [
      [{ data }, { hashingAlgorithm }],
      [{ data }, { digitalSignatureAlgorithm: recoverableEcdsa, hashingAlgorithm }],
      [{ digestedData: message }, { digitalSignatureAlgorithm: bip340 }],
      [{ digestedData: message }, { digitalSignatureAlgorithm: 'ECDSAWithSHA256' }],
      [{ data }, { digitalSignatureAlgorithm: 'ECDSAWithSHA512' }],
    ] as const) {
      const made = await world.ask('1.4', 'Sign', {
        uniqueIdentifier: privateKey,
        ...given,
        cryptographicParameters,
      })
      const asked = { uniqueIdentifier: publicKeyId, ...given, cryptographicParameters }
      const validity = async (signatureData: Uint8Array): Promise<unknown> =>
        payloadOf(await world.ask('1.4', 'SignatureVerify', { ...asked, signatureData }))
          .validityIndicator
      expect(await validity(signature(made))).toBe('Valid')
      const wrong = signature(made).slice()
      wrong[20]! ^= 1
      expect(await validity(wrong)).toBe('Invalid')
      for (const cut of [0, 1, 63, -1]) {
        expect(await validity(signature(made).slice(0, cut))).toBe('Invalid')
      }
    }
  })

  it('verify a foreign signature whose s is in the upper half', async () => {
    const uniqueIdentifier = await registerPublic(secp256k1.getPublicKey(scalar, false))
    const data = utf8('signed elsewhere')
    const low = secp256k1.Signature.fromBytes(
      secp256k1.sign(data, scalar, { format: 'compact', lowS: true }),
      'compact',
    )
    const high = new secp256k1.Signature(low.r, secp256k1.Point.Fn.ORDER - low.s)
    const signatureData = high.toBytes('der')
    const answer = await world.ask('1.4', 'SignatureVerify', {
      uniqueIdentifier,
      data,
      signatureData,
    })
    expect(payloadOf(answer).validityIndicator).toBe('Valid')
  })

  it('are made on SECP256K1 by name, on P-256 where none is said, on Ed25519', async () => {
    const make = async (version: '1.4' | '2.1', ...named: ReturnType<typeof attribute>[]) =>
      payloadOf(
        await world.ask(version, 'CreateKeyPair', {
          commonAttributes: named,
          privateKeyAttributes: [usage],
          publicKeyAttributes: [
            attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Verify')),
          ],
        }),
      )
    const curveOf = async (uniqueIdentifier: string): Promise<unknown> => {
      const keyFormatType = 'TransparentECPublicKey' as const
      const got = await world.ask('1.4', 'Get', { uniqueIdentifier, keyFormatType })
      return JSON.stringify(payloadOf(got), (_key, value) =>
        typeof value === 'bigint' ? String(value) : value,
      )
    }
    const ec = attribute('CryptographicAlgorithm', 'EC')
    const bits = attribute('CryptographicLength', 256)
    const domain = { recommendedCurve: 'SECP256K1' } as const
    const named = await make('1.4', ec, attribute('CryptographicDomainParameters', domain))
    expect(await curveOf(named.publicKeyUniqueIdentifier)).toContain('SECP256K1')
    const unnamed = await make('1.4', ec, bits)
    expect(await curveOf(unnamed.publicKeyUniqueIdentifier)).toContain('P_256')
    const { ed25519: own } = extensionValues.algorithms
    for (const [version, algorithm] of [
      ['1.4', own],
      ['2.1', 'Ed25519'],
    ] as const) {
      const pair = await make(version, attribute('CryptographicAlgorithm', algorithm))
      const uniqueIdentifier = pair.privateKeyUniqueIdentifier
      payloadOf(await world.ask(version, 'Activate', { uniqueIdentifier }))
      const data = utf8('edwards')
      const made = await world.ask(version, 'Sign', {
        uniqueIdentifier,
        data,
        cryptographicParameters: { digitalSignatureAlgorithm: extensionValues.signatures.ed25519 },
      })
      const found = { uniqueIdentifier: pair.publicKeyUniqueIdentifier }
      const { object } = payloadOf(await world.ask(version, 'Get', found))
      const block = object.type === 'PublicKey' ? object.value.keyBlock.keyValue : undefined
      if (block === undefined || block instanceof Uint8Array) throw new Error('no key')
      const spki = block.keyMaterial as Uint8Array
      expect(ed25519.verify(signature(made), data, spki.slice(-32))).toBe(true)
    }
  })

  it('are told of by Query from 1.1 on', async () => {
    for (const version of ['1.1', '1.4', '2.1'] as const) {
      const answer = await world.ask(version, 'Query', {
        queryFunctions: ['QueryExtensionList', 'QueryExtensionMap'],
      })
      const told = payloadOf(answer).extensionInformation ?? []
      expect(told.map(({ extensionName }) => extensionName).join()).toMatch(/BIP-340.*Keccak-256/)
    }
  })
})
