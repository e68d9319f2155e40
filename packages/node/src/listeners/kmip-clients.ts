/** Who a KMIP client is: the key of its certificate, never the chain above it. */
import type { TLSSocket, TlsOptions } from 'node:tls'
import type { Bytes } from '@holdfast/base/bytes'
import { type Refusal, RefusalError } from '@holdfast/base/errors'
import type {
  KmipCaller,
  KmipConnection,
  KmipForm,
} from '@holdfast/enclave/kmip/create-kmip-server'
import type { KmipLimits } from './kmip-limits.ts'

/** Why a connection was closed; each is a label of one counter. */
export type KmipClosed =
  | 'no_certificate'
  | 'unknown_certificate'
  | 'handshake'
  | 'malformed'
  | 'too_slow'
  | 'idle'
  | 'not_read'
  | 'unanswered'
  | 'failed'
  | 'identity_ended'

export type KmipCertificate = {
  readonly key: string | Buffer
  readonly certificate: string | Buffer
  /** Connections that were opened by it are ended then; absent: never. */
  readonly endsInMs?: number
}

export type KmipListenerOptions = {
  readonly handle: (
    caller: KmipCaller,
    untrusted: Bytes,
    form: KmipForm,
    connection?: KmipConnection,
  ) => Promise<Bytes>
  /** The answer where `handle` rejects with `limit_reached`; without it the connection ends. */
  readonly refuse?: (untrusted: Bytes, form: KmipForm, refusal: Refusal) => Bytes
  /** The tenant that lists the key (SPKI, DER) of a client's certificate. */
  readonly authenticate: (
    publicKey: Bytes,
    address: string | undefined,
  ) => Promise<KmipCaller | undefined>
  readonly certificate: KmipCertificate
  readonly host: string
  readonly port: number
  readonly limits?: Partial<Record<keyof KmipLimits, number>>
  readonly closed?: (reason: KmipClosed) => void
  readonly answered?: () => void
  /** As `answered`, of messages that were told that too much waits. */
  readonly refused?: () => void
}

/** The answer to a message that has no place; throws anew what is anything else. */
export const answerRefused = (
  { refuse, refused }: Pick<KmipListenerOptions, 'refuse' | 'refused'>,
  { untrusted, form, error }: { untrusted: Bytes; form: KmipForm; error: unknown },
): Bytes => {
  const isFull = error instanceof RefusalError && error.refusal.code === 'limit_reached'
  if (!isFull || refuse === undefined) throw error
  refused?.()
  return refuse(untrusted, form, error.refusal)
}

/** TLS 1.2 and 1.3; a certificate is asked for, and judged by its key alone. */
export const tlsOptions = (options: KmipListenerOptions): TlsOptions => ({
  key: options.certificate.key,
  cert: options.certificate.certificate,
  requestCert: true,
  rejectUnauthorized: false,
  minVersion: 'TLSv1.2',
})

/** The key of the client's certificate as SPKI; the handshake has shown that the client has it. */
export const publicKeyOf = (socket: TLSSocket): Bytes | undefined => {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return undefined
  return new Uint8Array(certificate.publicKey.export({ format: 'der', type: 'spki' }))
}
