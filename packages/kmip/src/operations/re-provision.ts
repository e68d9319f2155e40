/** Gives a client new credentials (KMIP 2.1 §6.1.48). */
import { bytes, text } from '../schema/primitives.ts'
import { optional } from '../schema/structure.ts'
import { certificate } from '../structures/objects.ts'
import { operation } from './operation.ts'

export const reProvision = operation(
  'ReProvision',
  { since: '2.0' },
  {
    certificateRequest: optional('CertificateRequest', bytes),
    certificate: optional('Certificate', certificate),
  },
  {
    uniqueIdentifier: optional('UniqueIdentifier', text),
  },
)
