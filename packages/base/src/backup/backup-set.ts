/**
 * A backup of a wallet's keys: sealed once under a fresh key, and that key split into shares, each
 * sealed to one guardian. The wallet's document keeps it; any `threshold` guardians restore it.
 */
import { z } from 'zod'
import { base64url, hex, label, objectId, timestamp } from '../schema.ts'

export const guardiansMax = 16
/** How many backups a wallet keeps; the oldest goes when a new one is made. */
export const backupsMax = 4

/** Someone who keeps a share: a name for people, and his X25519 public key. */
export const guardian = z.strictObject({
  name: label,
  publicKey: base64url.length(43),
})
export type Guardian = z.infer<typeof guardian>

export const backupSetId = hex(16)

export const backupSet = z.strictObject({
  id: backupSetId,
  createdAt: timestamp,
  threshold: z.int().min(2).max(guardiansMax),
  /** The keys that it restores. */
  keys: z.array(objectId).min(1),
  /** ChaCha20-Poly1305 of `vault` under the key that was split; the nonce is zero. */
  vault: base64url,
  guardians: z
    .array(
      z.strictObject({
        ...guardian.shape,
        /** `shareCheck` of his share: tells a damaged share from a good one. */
        check: hex(8),
        /** HPKE of his share (`guardianInfo`). */
        encapsulation: base64url,
        ciphertext: base64url,
      }),
    )
    .min(2)
    .max(guardiansMax),
  /** When guardians last proved that they can restore it; absent: never. */
  provedAt: timestamp.exactOptional(),
})
export type BackupSet = z.infer<typeof backupSet>

/**
 * `unbacked`: no backup holds every key. `untested`: one does, and nobody has proved it yet.
 * `backed`: its guardians proved that they can restore it.
 */
export const backupStates = ['unbacked', 'untested', 'backed'] as const
export type BackupState = (typeof backupStates)[number]

/** Of a wallet's document. A wallet without keys has nothing to back up. */
export const backupStateOf = (wallet: {
  readonly keys: readonly { readonly id: string }[]
  readonly backups?: readonly BackupSet[]
}): BackupState => {
  const whole = (wallet.backups ?? []).filter((set) => {
    const kept: ReadonlySet<string> = new Set(set.keys)
    return wallet.keys.every(({ id }) => kept.has(id))
  })
  if (wallet.keys.length === 0 || whole.some((set) => set.provedAt !== undefined)) return 'backed'
  return whole.length === 0 ? 'unbacked' : 'untested'
}
