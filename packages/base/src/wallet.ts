/** The wallet: the versioned, hash-chained document that governs a set of keys. */
import { z } from 'zod'
import { bitcoinNetwork, bitcoinScript, chain, keyKind } from './chain.ts'
import { accountsMax, credentialsMax, personsMax } from './limits.ts'
import { placement } from './placement.ts'
import { policy } from './policy.ts'
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

const credentialFields = {
  id: credentialId,
  person: personId,
  name: label.exactOptional(),
  expiresAt: timestamp.exactOptional(),
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

/** A public key that can authorise, held by a person. */
export const credential = z.discriminatedUnion('kind', [apiKeyCredential, certificateCredential])
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
  /** Random, so that the hash of the document says nothing of its content. */
  salt: hex(16),
  home: zoneId,
  placement,
  staleAfterMs: z.int().min(1000),
  persons: z.array(person).min(1).max(personsMax),
  credentials: z.array(credential).min(1).max(credentialsMax),
  policy,
  /** Rises when rules, persons or credentials change. */
  policyVersion: z.int().min(1),
  /** None in a wallet that only governs general objects. */
  keys: z.array(walletKey),
  accounts: z.array(account).max(accountsMax),
  createdAt: timestamp,
  changedAt: timestamp,
})
export type Wallet = z.infer<typeof wallet>
