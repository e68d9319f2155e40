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
}

export const defaultFacts: KmipServerFacts = {
  vendor: 'Holdfast',
  information: { serverName: 'Holdfast', productName: 'Holdfast', serverVersion: '0.1.0' },
  namespaces: ['ssl', 'https'],
  defaultCurve: 'P_256',
  randomNumberGenerator: { rngAlgorithm: 'Unspecified' },
}
