/** A KMIP client, and the wallet that it speaks for. */
import type { KmipAddresses } from '@holdfast/base/answers'
import type { CredentialId, WalletId } from '@holdfast/base/ids'

/** What the holders of a wallet have said of it. */
export type Elsewhere = {
  readonly lowestLevel: number
  readonly addresses: readonly KmipAddresses[]
}

/** A client of which TLS has shown that it holds the key of its certificate. */
export type CertificateHolder = {
  readonly tenant: WalletId
  readonly credential: CredentialId
  /** Of a wallet that is in other zones. */
  readonly elsewhere?: Elsewhere
}
