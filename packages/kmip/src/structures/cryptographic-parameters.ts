/** How an algorithm is used (KMIP 2.1 §4.16), and on which domain (§4.14). */
import { boolean, bytes, enumeration, integer } from '../schema/primitives.ts'
import { optional, structure } from '../schema/structure.ts'

const hashing = enumeration('HashingAlgorithm')
const from12 = { since: '1.2' } as const
const from14 = { since: '1.4' } as const

export const cryptographicParameters = structure({
  blockCipherMode: optional('BlockCipherMode', enumeration('BlockCipherMode')),
  paddingMethod: optional('PaddingMethod', enumeration('PaddingMethod')),
  hashingAlgorithm: optional('HashingAlgorithm', hashing),
  keyRoleType: optional('KeyRoleType', enumeration('KeyRoleType')),
  digitalSignatureAlgorithm: optional(
    'DigitalSignatureAlgorithm',
    enumeration('DigitalSignatureAlgorithm'),
    from12,
  ),
  cryptographicAlgorithm: optional(
    'CryptographicAlgorithm',
    enumeration('CryptographicAlgorithm'),
    from12,
  ),
  randomIv: optional('RandomIV', boolean, from12),
  ivLength: optional('IVLength', integer, from12),
  tagLength: optional('TagLength', integer, from12),
  fixedFieldLength: optional('FixedFieldLength', integer, from12),
  invocationFieldLength: optional('InvocationFieldLength', integer, from12),
  counterLength: optional('CounterLength', integer, from12),
  initialCounterValue: optional('InitialCounterValue', integer, from12),
  saltLength: optional('SaltLength', integer, from14),
  maskGenerator: optional('MaskGenerator', enumeration('MaskGenerator'), from14),
  maskGeneratorHashingAlgorithm: optional('MaskGeneratorHashingAlgorithm', hashing, from14),
  pSource: optional('PSource', bytes, from14),
  trailerField: optional('TrailerField', integer, from14),
})

export const cryptographicDomainParameters = structure({
  qlength: optional('Qlength', integer),
  recommendedCurve: optional('RecommendedCurve', enumeration('RecommendedCurve')),
})
