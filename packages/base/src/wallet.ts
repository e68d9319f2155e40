/** The wallet: the versioned, hash-chained document that governs a set of keys. */
import { z } from 'zod'
import { backupSet, backupsMax } from './backup/backup-set.ts'
import { exportGrant, exportsMax } from './backup/exported-key.ts'
import { bitcoinNetwork, bitcoinScript, chain, keyKind } from './chain.ts'
import { accountsMax, credentialsMax, marksMax, pendingChangesMax, personsMax } from './limits.ts'
import { moved } from './moved.ts'
import { askedBy, pastRequests } from './past-request.ts'
import { pendingChange } from './pending-change.ts'
import { placement } from './placement.ts'
import { policy, policyOperations } from './policy.ts'
import {
  accountId,
  base64url,
  credentialId,
  derivationPath,
  hex,
  label,
  meshId,
  objectId,
  personId,
  timestamp,
  walletId,
  zoneId,
} from './schema.ts'

export const person = z.strictObject({
  id: personId,
  name: label.exactOptional(),
  /** Owners decide on changes of the wallet itself. */
  owner: z.boolean(),
})
export type Person = z.infer<typeof person>

export const apiKeyAlgorithms = ['ed25519', 'p256'] as const

/** What a credential may do at most, whatever the policy gives its person. */
export const credentialScope = z.strictObject({
  /** Default: all; where accounts are named, `sign` and `wallet.show` alone. */
  operations: z.array(z.enum(policyOperations)).min(1).exactOptional(),
  /** Signatures by these accounts alone. */
  accounts: z.array(accountId).min(1).max(accountsMax).exactOptional(),
})
export type CredentialScope = z.infer<typeof credentialScope>

const credentialFields = {
  id: credentialId,
  person: personId,
  name: label.exactOptional(),
  expiresAt: timestamp.exactOptional(),
  scope: credentialScope.exactOptional(),
} as const

/** A key that signs requests. Ed25519: 32 bytes; P-256: 33 bytes, compressed SEC1. */
export const apiKeyCredential = z.strictObject({
  ...credentialFields,
  kind: z.literal('api-key'),
  algorithm: z.enum(apiKeyAlgorithms),
  publicKey: base64url,
})
export type ApiKeyCredential = z.infer<typeof apiKeyCredential>

/** A KMIP client's certificate: known by its key alone, never by a chain (DESIGN §5). */
export const certificateCredential = z.strictObject({
  ...credentialFields,
  kind: z.literal('tls-certificate'),
  /** SHA-256 of the SubjectPublicKeyInfo, hexadecimal. */
  keyHash: hex(32),
})
export type CertificateCredential = z.infer<typeof certificateCredential>

export const passkeyAlgorithms = ['p256', 'ed25519', 'rs256'] as const

const originForms = [
  /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?$/,
  // A browser holds pages of the own machine for as safe as those over TLS.
  /^http:\/\/(?:[a-z0-9-]+\.)*localhost(?::\d{1,5})?$/,
  /^android:apk-key-hash:[\w-]{43}$/,
]

/** A browser's or an app's origin, as the client writes it into what the passkey signs. */
const origin = z
  .string()
  .max(300)
  .refine((text) => originForms.some((form) => form.test(text)))

/** A WebAuthn key (W3C WebAuthn Level 3): user verification is always required of it. */
export const passkeyCredential = z.strictObject({
  ...credentialFields,
  kind: z.literal('passkey'),
  algorithm: z.enum(passkeyAlgorithms),
  /** P-256: 33 bytes, compressed; Ed25519: 32 bytes; RSA: SubjectPublicKeyInfo in DER. */
  publicKey: base64url.max(1024),
  /** The authenticator's own name of the key, which a browser is asked for (`credential id`). */
  handle: base64url.min(1).max(1364),
  /** The domain that the key belongs to, and the origins from which it may be used. */
  rpId: z.string().regex(/^(?=.{1,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)*$/),
  origins: z.array(origin).min(1).max(8),
  /** Whether the key may be copied by its keeper (flag BE); fixed for good. */
  backupEligible: z.boolean(),
})
export type PasskeyCredential = z.infer<typeof passkeyCredential>

/** A password (RFC 9807): signs by a request key of its own, which a login alone opens. */
export const passwordCredential = z.strictObject({
  ...credentialFields,
  kind: z.literal('password'),
  /** The request key: 32 bytes. */
  algorithm: z.literal('ed25519'),
  publicKey: base64url.max(64),
  /** The request key's private half, under what the right password alone gives. */
  envelope: base64url.max(256),
  /** Names the OPAQUE setup, which the wallet's enclaves compute and nobody else. */
  setup: hex(16),
  /** What the enclaves compare a guess with; worth nothing without the setup. */
  record: base64url.max(512),
  /** The key by which those enclaves sign the tickets of logins: Ed25519, 32 bytes. */
  ticketKey: base64url.max(64),
})
export type PasswordCredential = z.infer<typeof passwordCredential>

/** A public key that can authorise, held by a person. */
export const credential = z.discriminatedUnion('kind', [
  apiKeyCredential,
  certificateCredential,
  passkeyCredential,
  passwordCredential,
])
export type Credential = z.infer<typeof credential>

/** How an account is asked for. `path` defaults by BIP-44/49/84/86 or SLIP-10 for the chain. */
export const accountRequest = z.strictObject({
  chain,
  /** For seed phrases only: from the root, ends at the address (Ethereum, Solana) or at the
   * account level (Bitcoin, whose change and index follow in the enclave). */
  path: derivationPath.exactOptional(),
  /** Bitcoin only; default `p2wpkh` on `mainnet`. */
  script: bitcoinScript.exactOptional(),
  network: bitcoinNetwork.exactOptional(),
})
export type AccountRequest = z.infer<typeof accountRequest>

export const account = z.strictObject({
  id: accountId,
  key: objectId,
  chain,
  path: derivationPath.exactOptional(),
  script: bitcoinScript.exactOptional(),
  network: bitcoinNetwork.exactOptional(),
  address: z.string(),
  /**
   * Ethereum, Bitcoin: 33 bytes compressed; Solana: 32 bytes. Bitcoin with a path: at account
   * level.
   */
  publicKey: hex(),
  /** Bitcoin with a path: the chain code at account level (BIP-32), for change re-derivation. */
  chainCode: hex(32).exactOptional(),
})
export type Account = z.infer<typeof account>

export const walletKey = z.strictObject({
  id: objectId,
  name: label,
  kind: keyKind,
  provenance: z.enum(['generated', 'imported']),
  /** Absent for seed phrases. */
  publicKey: hex().exactOptional(),
})
export type WalletKey = z.infer<typeof walletKey>

export const wallet = z.strictObject({
  format: z.literal('holdfast wallet v1'),
  id: walletId,
  mesh: meshId,
  name: label,
  epoch: z.int().min(1),
  version: z.int().min(1),
  /** SHA-256 of the previous version's bytes; null in the first. */
  previous: hex(32).nullable(),
  /** SHA-256 of the request that made this version. */
  request: hex(32),
  /** Who asked for this version; absent in the first. */
  by: askedBy.exactOptional(),
  /** The requests that made the versions before. */
  past: pastRequests.exactOptional(),
  /** Random, so that the hash of the document says nothing of its content. */
  salt: hex(16),
  home: zoneId,
  /** The home that the creation named, where another zone has taken the wallet over since. */
  founder: zoneId.exactOptional(),
  placement,
  /** Absent before the first change of the placement; then promises are given for it alone. */
  moved: moved.exactOptional(),
  /**
   * In what the creation made, where more zones than one must hold it: a zone shows it once it
   * knows that they do. The first change, which waits for that, takes it away.
   */
  provisional: z.literal(true).exactOptional(),
  staleAfterMs: z.int().min(1000),
  persons: z.array(person).min(1).max(personsMax),
  credentials: z.array(credential).min(1).max(credentialsMax),
  policy,
  /** Rises when rules, persons or credentials change. */
  policyVersion: z.int().min(1),
  /** None in a wallet that only governs general objects. */
  keys: z.array(walletKey),
  accounts: z.array(account).max(accountsMax),
  /** Absent until the first is made; the newest last. */
  backups: z.array(backupSet).max(backupsMax).exactOptional(),
  /** Keys whose secret has left, or may. */
  exports: z.array(exportGrant).max(exportsMax).exactOptional(),
  /** Changes that wait for their delay. */
  pending: z.array(pendingChange).max(pendingChangesMax).exactOptional(),
  /** Freezes (base/mark.ts) that its owners have lifted. */
  lifted: z.array(hex(32)).max(marksMax).exactOptional(),
  createdAt: timestamp,
  changedAt: timestamp,
})
export type Wallet = z.infer<typeof wallet>
