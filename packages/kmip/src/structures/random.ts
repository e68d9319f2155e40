/** The random number generator that made a key (KMIP 2.1 §7.36). */
import { boolean, enumeration, integer } from '../schema/primitives.ts'
import { optional, required, structure } from '../schema/structure.ts'

export const rngParameters = structure({
  rngAlgorithm: required('RNGAlgorithm', enumeration('RNGAlgorithm')),
  cryptographicAlgorithm: optional('CryptographicAlgorithm', enumeration('CryptographicAlgorithm')),
  cryptographicLength: optional('CryptographicLength', integer),
  hashingAlgorithm: optional('HashingAlgorithm', enumeration('HashingAlgorithm')),
  drbgAlgorithm: optional('DRBGAlgorithm', enumeration('DRBGAlgorithm')),
  recommendedCurve: optional('RecommendedCurve', enumeration('RecommendedCurve')),
  fips186Variation: optional('FIPS186Variation', enumeration('FIPS186Variation')),
  predictionResistance: optional('PredictionResistance', boolean),
})
