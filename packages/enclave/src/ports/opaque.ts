/** The server's side of OPAQUE-3DH (RFC 9807) as a port; every message is untrusted text. */
import type { Bytes } from '@holdfast/base/bytes'

export type Opaque = {
  /**
   * A setup of one credential out of 96 secret bytes: the same bytes give the same setup. Texts are
   * those of the library: base64url.
   */
  setup(secret: Bytes): string
  /** Undefined where the message cannot be read. */
  register(input: {
    readonly setup: string
    readonly user: string
    readonly request: string
  }): string | undefined
  /** Without a record: what an unknown user is answered. Undefined where it cannot be read. */
  start(input: {
    readonly setup: string
    readonly user: string
    readonly record: string | undefined
    readonly request: string
  }): { readonly response: string; readonly state: string } | undefined
  /** Whether the client has proved that it knows the password. */
  finish(input: { readonly state: string; readonly request: string }): boolean
}
