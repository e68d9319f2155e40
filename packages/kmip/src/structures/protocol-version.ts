/** A protocol version on the wire (KMIP 2.1 §9.16); any numbers, known or not. */
import { integer } from '../schema/primitives.ts'
import { required, structure } from '../schema/structure.ts'
import type { ValueOf } from '../schema/type.ts'
import { majorOf, minorOf, type Version } from '../version.ts'

export const protocolVersion = structure({
  protocolVersionMajor: required('ProtocolVersionMajor', integer),
  protocolVersionMinor: required('ProtocolVersionMinor', integer),
})

export type ProtocolVersion = ValueOf<typeof protocolVersion>

export const protocolVersionOf = (version: Version): ProtocolVersion => ({
  protocolVersionMajor: majorOf(version),
  protocolVersionMinor: minorOf(version),
})
