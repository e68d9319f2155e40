/** Where a zone's etcd is and how it is reached: addresses and access, never a value of trust. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Secret } from '@holdfast/base/secret'

/** A PEM certificate and its key, where etcd wants to know its clients (`--client-cert-auth`). */
export type EtcdClientCertificate = { readonly certificate: Bytes; readonly key: Bytes }

export type EtcdAddress = {
  /** The nearest member first. */
  readonly endpoints: readonly { readonly host: string; readonly port: number }[]
  /** Absent: without TLS, on loopback. `ca` is PEM. */
  readonly tls?: { readonly ca: Bytes; readonly client?: EtcdClientCertificate }
  /** Where etcd has authentication by password. */
  readonly user?: { readonly name: string; readonly password: Secret }
}

export type EtcdConfig = EtcdAddress & {
  /** The name of the zone's store in the cluster, without a slash. */
  readonly prefix: string
}
