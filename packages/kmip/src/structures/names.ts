/** Small structures that name an object or say where something is (KMIP 2.1 §4). */
import { enumeration, text } from '../schema/primitives.ts'
import { optional, required, structure } from '../schema/structure.ts'

/** KMIP 2.1 §4.32. */
export const name = structure({
  nameValue: required('NameValue', text),
  nameType: required('NameType', enumeration('NameType')),
})

/** KMIP 2.1 §4.2. */
export const alternativeName = structure({
  alternativeNameValue: required('AlternativeNameValue', text),
  alternativeNameType: required('AlternativeNameType', enumeration('AlternativeNameType')),
})

/** KMIP 2.1 §4.4. */
export const applicationSpecificInformation = structure({
  applicationNamespace: required('ApplicationNamespace', text),
  applicationData: optional('ApplicationData', text),
})

/** KMIP 2.1 §4.27. */
export const keyValueLocation = structure({
  keyValueLocationValue: required('KeyValueLocationValue', text),
  keyValueLocationType: required('KeyValueLocationType', enumeration('KeyValueLocationType')),
})

/** KMIP 2.1 §4.53. */
export const rotateName = structure({
  rotateNameValue: required('RotateNameValue', text),
  rotateNameType: required('RotateNameType', enumeration('RotateNameType')),
})
