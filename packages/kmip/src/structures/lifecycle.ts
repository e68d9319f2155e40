/** Structures of an object's life: links, digests, limits, revocation (KMIP 2.1 §4). */
import { bytes, enumeration, longInteger, text } from '../schema/primitives.ts'
import { optional, required, structure } from '../schema/structure.ts'
import { objectReference } from './references.ts'

/** KMIP 2.1 §4.31. */
export const link = structure({
  linkType: required('LinkType', enumeration('LinkType')),
  linkedObjectIdentifier: required('LinkedObjectIdentifier', objectReference),
})

/** KMIP 2.1 §4.21; only servers make digests, so an older client is told less. */
export const digest = structure(
  {
    hashingAlgorithm: required('HashingAlgorithm', enumeration('HashingAlgorithm')),
    digestValue: optional('DigestValue', bytes),
    keyFormatType: optional('KeyFormatType', enumeration('KeyFormatType'), { since: '1.1' }),
  },
  'omit',
)

/** KMIP 2.1 §7.40. The count may be absent from a request (KMIP 1.0 §3.16). */
export const usageLimits = structure({
  usageLimitsTotal: required('UsageLimitsTotal', longInteger),
  usageLimitsCount: optional('UsageLimitsCount', longInteger),
  usageLimitsUnit: required('UsageLimitsUnit', enumeration('UsageLimitsUnit')),
})

/** KMIP 2.1 §4.47. */
export const revocationReason = structure({
  revocationReasonCode: required('RevocationReasonCode', enumeration('RevocationReasonCode')),
  revocationMessage: optional('RevocationMessage', text),
})
