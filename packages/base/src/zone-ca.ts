/** How the certificate of a zone's CA is covered by evidence: signed by an enclave's identity. */
import { type Bytes, concat, utf8 } from './bytes.ts'
import type { MeshId, ZoneId } from './ids.ts'

/** Context ‖ 0 ‖ mesh ‖ 0 ‖ zone ‖ 0 ‖ certificate (DER); signed with Ed25519. */
export const zoneCaMessage = (mesh: MeshId, zone: ZoneId, certificate: Bytes): Bytes =>
  concat(utf8(`holdfast zone ca v1\0${mesh}\0${zone}\0`), certificate)
