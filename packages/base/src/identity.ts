/** What a node says of itself for a while; a quote's report data cover its exact bytes. */
import { z } from 'zod'
import { encodedBytes } from './encoded.ts'
import { identityLifetimeMsMax } from './limits.ts'
import { moment, momentMs } from './moment.ts'
import { bootId, hex, meshId, zoneId } from './schema.ts'

const fields = z.strictObject({
  format: z.literal('holdfast identity v1'),
  mesh: meshId,
  /** SHA-256 of the manifest that the node runs under. */
  manifest: hex(32),
  zone: zoneId,
  /** Of the process; the same in all identities that it has one after another. */
  boot: bootId,
  /** From then on it is shown; in whole seconds, as in the certificate. */
  notBefore: moment,
  /** From then on nobody takes it, and its keys are erased. */
  notAfter: moment,
  /** SubjectPublicKeyInfo of the node's P-256 key. */
  tlsPublicKey: encodedBytes(91),
  /** X25519. */
  sealingPublicKey: encodedBytes(32),
  /** Ed25519; signs nonces. */
  identityPublicKey: encodedBytes(32),
})

const lifetimeMs = ({ notBefore, notAfter }: z.infer<typeof fields>): number =>
  momentMs(notAfter) - momentMs(notBefore)

export const identitySchema = fields.refine((identity) => {
  const lifetime = lifetimeMs(identity)
  return lifetime > 0 && lifetime <= identityLifetimeMsMax
}, 'an identity lives no longer than it may')

export type Identity = z.infer<typeof identitySchema>
