/** What a node says of itself, once a boot; a quote's report data cover its exact bytes. */
import { z } from 'zod'
import { encodedBytes } from './encoded.ts'
import { bootId, hex, meshId, zoneId } from './schema.ts'

export const identitySchema = z.strictObject({
  format: z.literal('holdfast identity v1'),
  mesh: meshId,
  /** SHA-256 of the manifest that the node runs under. */
  manifest: hex(32),
  zone: zoneId,
  boot: bootId,
  /** SubjectPublicKeyInfo of the node's P-256 key. */
  tlsPublicKey: encodedBytes(91),
  /** X25519. */
  sealingPublicKey: encodedBytes(32),
  /** Ed25519; signs nonces. */
  identityPublicKey: encodedBytes(32),
})

export type Identity = z.infer<typeof identitySchema>
