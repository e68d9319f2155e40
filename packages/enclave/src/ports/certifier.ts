/** The zone's certificate authority as a port: it signs what the KMIP server has checked. */
import type { Bytes } from '@holdfast/base/bytes'

export type Certifier = {
  /** An X.509 certificate of a key for a subject, both in DER. */
  issue(request: { readonly subject: Bytes; readonly spki: Bytes; readonly nowMs: number }): Bytes
}
