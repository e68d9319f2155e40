/** Calls a function of PKCS#11 (KMIP 2.1 §6.1.37). */
import { bytes, enumeration, text } from '../schema/primitives.ts'
import { optional, required } from '../schema/structure.ts'
import { operation } from './operation.ts'

export const pkcs11 = operation(
  'PKCS_11',
  { since: '2.0' },
  {
    pkcs11Interface: optional('PKCS_11Interface', text),
    pkcs11Function: required('PKCS_11Function', enumeration('PKCS_11Function')),
    correlationValue: optional('CorrelationValue', bytes),
    pkcs11InputParameters: optional('PKCS_11InputParameters', bytes),
  },
  {
    pkcs11Interface: optional('PKCS_11Interface', text),
    pkcs11Function: required('PKCS_11Function', enumeration('PKCS_11Function')),
    correlationValue: optional('CorrelationValue', bytes),
    pkcs11OutputParameters: optional('PKCS_11OutputParameters', bytes),
    pkcs11ReturnCode: required('PKCS_11ReturnCode', enumeration('PKCS_11ReturnCode')),
  },
)
