/**
 * Values that KMIP has no number for, in its range for vendors (0x80000000); Query declares them.
 * Ed25519 has an algorithm's number from 2.0 on; before, it is one of ours.
 */
import { type ResponsePayload, tags, type Version } from '@holdfast/kmip'

type Extension = NonNullable<ResponsePayload<'Query'>['extensionInformation']>[number]

export const extensionValues = {
  algorithms: { ed25519: 0x8000_0001 },
  signatures: { ed25519: 0x8000_0001, bip340: 0x8000_0002, recoverableEcdsa: 0x8000_0003 },
  hashes: { keccak256: 0x8000_0001 },
  derivations: { bip32: 0x8000_0001 },
} as const

type Declared = {
  readonly tag:
    | 'CryptographicAlgorithm'
    | 'DerivationMethod'
    | 'DigitalSignatureAlgorithm'
    | 'HashingAlgorithm'
  readonly value: number
  readonly name: string
  readonly description: string
}

const { algorithms, signatures, hashes, derivations } = extensionValues

const declared: readonly Declared[] = [
  {
    tag: 'CryptographicAlgorithm',
    value: algorithms.ed25519,
    name: 'Ed25519',
    description: 'Ed25519 (RFC 8032) before KMIP 2.0',
  },
  {
    tag: 'DigitalSignatureAlgorithm',
    value: signatures.ed25519,
    name: 'Ed25519',
    description: 'Ed25519 (RFC 8032): 64 bytes',
  },
  {
    tag: 'DigitalSignatureAlgorithm',
    value: signatures.bip340,
    name: 'BIP-340',
    description: 'Schnorr signature on secp256k1 of a 32-byte message (BIP-340): 64 bytes',
  },
  {
    tag: 'DigitalSignatureAlgorithm',
    value: signatures.recoverableEcdsa,
    name: 'ECDSA recoverable',
    description: 'ECDSA on secp256k1 with low S: r, s and the recovery id, 65 bytes',
  },
  {
    tag: 'HashingAlgorithm',
    value: hashes.keccak256,
    name: 'Keccak-256',
    description: 'Keccak-256 as Ethereum uses it, which is not SHA3-256',
  },
  {
    tag: 'DerivationMethod',
    value: derivations.bip32,
    name: 'BIP-32',
    description: 'A private key on secp256k1 from a seed; the derivation data is the path as text',
  },
]

const nameOf = ({ tag, value, name }: Declared): string =>
  `Holdfast ${tag} 0x${value.toString(16).toUpperCase()}: ${name}`

/** Names alone, for Query Extension List (KMIP 1.1 §2.1.9). */
export const extensionList = (): readonly Extension[] =>
  declared.map((one) => ({ extensionName: nameOf(one) }))

/** With tag and type; from 2.0 on with the value (KMIP 2.1 §7.7). */
export const extensionMap = (version: Version): readonly Extension[] =>
  declared.map((one) => ({
    extensionName: nameOf(one),
    extensionTag: tags[one.tag][0],
    extensionType: 'Enumeration',
    ...(version >= '2.0'
      ? { extensionEnumeration: one.value | 0, extensionDescription: one.description }
      : {}),
  }))
