/** `wallet.create`: a wallet with its persons, policy, placement and keys. */
import { z } from 'zod'
import { keyKind } from '../chain.ts'
import { encodedBytes } from '../encoded.ts'
import { credentialsMax, personsMax } from '../limits.ts'
import { placement } from '../placement.ts'
import { policy } from '../policy.ts'
import { base64url, bootId, hex, label, zoneId } from '../schema.ts'
import { accountRequest, credential, person } from '../wallet.ts'
import { header } from './header.ts'

/** What an imported key is written in, once the seal is open. */
export const importFormats = ['raw', 'wif', 'mnemonic', 'pkcs8'] as const
export type ImportFormat = (typeof importFormats)[number]

/**
 * A secret sealed by HPKE (RFC 9180, base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305) to the
 * sealing key of one enclave. `info` is `holdfast import v1` ‖ 0 ‖ mesh id; no associated data.
 * The plaintext is CBOR: `{ secret: bytes, passphrase?: bytes }`; secret is the raw scalar or seed
 * (`raw`), text in UTF-8 (`wif`, `mnemonic`), or DER (`pkcs8`).
 */
export const sealedSecret = z.strictObject({
  boot: bootId,
  /** The public key that it is sealed to: the enclave's at that time, from its evidence. */
  sealingKey: encodedBytes(32),
  encapsulation: base64url,
  ciphertext: base64url,
})
export type SealedSecret = z.infer<typeof sealedSecret>

export const keySource = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('generate'),
    /** Seed phrases only; default 24. */
    words: z.union([z.literal(12), z.literal(24)]).exactOptional(),
  }),
  z.strictObject({
    type: z.literal('import'),
    format: z.enum(importFormats),
    sealed: sealedSecret,
  }),
])
export type KeySource = z.infer<typeof keySource>

export const keyRequest = z.strictObject({
  name: label,
  kind: keyKind,
  source: keySource,
  accounts: z.array(accountRequest).max(32),
})
export type KeyRequest = z.infer<typeof keyRequest>

export const walletCreate = z.strictObject({
  operation: z.literal('wallet.create'),
  ...header,
  /** Random, so that two wallets with equal fields have two ids. */
  nonce: hex(16),
  cell: z.literal(0),
  home: zoneId,
  name: label,
  placement,
  staleAfterMs: z.int().min(1000).exactOptional(),
  persons: z.array(person).min(1).max(personsMax),
  credentials: z.array(credential).min(1).max(credentialsMax),
  policy,
  keys: z.array(keyRequest).max(8),
})
export type WalletCreate = z.infer<typeof walletCreate>
