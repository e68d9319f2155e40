/** A wallet key as two managed objects: attributes as the client's version says them. */
import type { Bytes } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import {
  type AttributeValue,
  type EnumerationValue,
  type ManagedObject,
  maskOf,
  type Version,
} from '@holdfast/kmip'
import type { GeneralCrypto } from '../../ports/general-crypto.ts'
import { extensionValues } from '../extensions.ts'
import { type Attributes, withValues } from '../objects/attributes.ts'
import type { WalletKeyFacts, WalletKeyKind } from './wallet-keys.ts'

export const applicationNamespace = 'holdfast'

const publicSuffix = '-public'

/** `acc_…` is the private half, `acc_…-public` the public one. */
export const publicIdentifier = ({ identifier }: WalletKeyFacts): string =>
  `${identifier}${publicSuffix}`

/** The key and the half of it that an identifier names. */
export const halfOf = (identifier: string): { readonly key: string; readonly half: Half } =>
  identifier.endsWith(publicSuffix)
    ? { key: identifier.slice(0, -publicSuffix.length), half: 'PublicKey' }
    : { key: identifier, half: 'PrivateKey' }

export type Half = 'PrivateKey' | 'PublicKey'

const curves: Readonly<Record<WalletKeyKind, EnumerationValue<'RecommendedCurve'> | undefined>> = {
  secp256k1: 'SECP256K1',
  p256: 'P_256',
  ed25519: undefined,
}

/** EC has a number from 1.2 on, Ed25519 from 2.0: before, ECDSA and the declared extension. */
const algorithmOf = (
  kind: WalletKeyKind,
  version: Version,
): EnumerationValue<'CryptographicAlgorithm'> => {
  if (kind === 'ed25519') {
    return version >= '2.0' ? 'Ed25519' : extensionValues.algorithms.ed25519
  }
  return version >= '1.2' ? 'EC' : 'ECDSA'
}

const domainOf = (
  kind: WalletKeyKind,
  version: Version,
): AttributeValue<'CryptographicDomainParameters'> | undefined => {
  const recommendedCurve = curves[kind]
  const isKnown = recommendedCurve !== 'SECP256K1' || version >= '1.2'
  return recommendedCurve !== undefined && isKnown ? { recommendedCurve } : undefined
}

const algorithmIdentifiers: Readonly<Record<WalletKeyKind, Bytes>> = {
  // RFC 5480 §2.1.1, SEC 2 §A.2, RFC 8410 §3.
  secp256k1: der.sequence(der.oid('1.2.840.10045.2.1'), der.oid('1.3.132.0.10')),
  p256: der.sequence(der.oid('1.2.840.10045.2.1'), der.oid('1.2.840.10045.3.1.7')),
  ed25519: der.sequence(der.oid('1.3.101.112')),
}

/** SubjectPublicKeyInfo, points uncompressed as every client reads them. */
const spkiOf = ({ kind, publicKey }: WalletKeyFacts, crypto: GeneralCrypto): Bytes => {
  const spki = der.sequence(algorithmIdentifiers[kind], der.bitString(publicKey))
  return kind === 'ed25519' ? spki : crypto.publicKeyOfNumbers(crypto.publicKeyNumbers(spki))
}

export const publicKeyObject = (
  key: WalletKeyFacts,
  version: Version,
  crypto: GeneralCrypto,
): ManagedObject => ({
  type: 'PublicKey',
  value: {
    keyBlock: {
      keyFormatType: 'X_509',
      keyValue: { keyMaterial: spkiOf(key, crypto) },
      cryptographicAlgorithm: algorithmOf(key.kind, version),
      cryptographicLength: 256,
    },
  },
})

const secrecy = {
  PrivateKey: {
    Sensitive: true,
    AlwaysSensitive: true,
    Extractable: false,
    NeverExtractable: true,
  },
  PublicKey: {
    Sensitive: false,
    AlwaysSensitive: false,
    Extractable: true,
    NeverExtractable: false,
  },
} as const

export const walletKeyAttributes = (
  key: WalletKeyFacts,
  half: Half,
  version: Version,
): Attributes => {
  const isPrivate = half === 'PrivateKey'
  const created = BigInt(Math.floor(key.createdAtMs / 1000))
  return withValues([], {
    UniqueIdentifier: isPrivate ? key.identifier : publicIdentifier(key),
    Name: {
      nameValue: isPrivate ? key.name : `${key.name}${publicSuffix}`,
      nameType: 'UninterpretedTextString',
    },
    ObjectType: half,
    CryptographicAlgorithm: algorithmOf(key.kind, version),
    CryptographicLength: 256,
    CryptographicDomainParameters: domainOf(key.kind, version),
    CryptographicUsageMask: maskOf('CryptographicUsageMask', isPrivate ? 'Sign' : 'Verify'),
    State: 'Active',
    InitialDate: created,
    ActivationDate: created,
    LastChangeDate: created,
    Fresh: false,
    Link: {
      linkType: isPrivate ? 'PublicKeyLink' : 'PrivateKeyLink',
      linkedObjectIdentifier: isPrivate ? publicIdentifier(key) : key.identifier,
    },
    ApplicationSpecificInformation:
      key.chain === undefined ? undefined : { applicationNamespace, applicationData: key.chain },
    ...(isPrivate ? {} : { KeyFormatType: 'X_509' as const }),
    ...secrecy[half],
  })
}
