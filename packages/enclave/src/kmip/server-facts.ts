/** What a server says of itself in Query, and what its operator sets. */
import type { AttributeValue, EnumerationValue, ServerInformation } from '@holdfast/kmip'

export type KmipServerFacts = {
  readonly vendor: string
  readonly information: ServerInformation
  readonly namespaces: readonly string[]
  /** What objects and Query say of the generator that made a key. */
  readonly randomNumberGenerator: AttributeValue<'RandomNumberGenerator'>
  /** The curve of `EC, 256` where a request names none. */
  readonly defaultCurve: EnumerationValue<'RecommendedCurve'>
  /** Seconds that an object may be used after Obtain Lease. */
  readonly leaseSeconds: number
  /** Bytes of one RNG Seed that are mixed in; 0 ignores seeds (KMIP 2.1 §6.1.50). */
  readonly seedBytesMax: number | 'denied'
  /** Seconds that a signature waits for persons, where the client takes a late answer. */
  readonly waitSeconds: number
  /** What C_GetInfo answers (PKCS#11 3.0 §3.1, CK_INFO). */
  readonly pkcs11: {
    readonly manufacturer: string
    readonly library: string
    readonly libraryVersion: readonly [number, number]
  }
}

export const defaultFacts: KmipServerFacts = {
  vendor: 'Holdfast',
  information: { serverName: 'Holdfast', productName: 'Holdfast', serverVersion: '0.1.0' },
  namespaces: ['ssl', 'https'],
  defaultCurve: 'P_256',
  randomNumberGenerator: { rngAlgorithm: 'Unspecified' },
  leaseSeconds: 3600,
  seedBytesMax: 64,
  waitSeconds: 86_400,
  pkcs11: { manufacturer: 'Holdfast', library: 'Holdfast', libraryVersion: [0, 1] },
}
