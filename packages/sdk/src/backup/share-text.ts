/**
 * A share as its guardian keeps it: on paper, as a QR code, or in a file. It carries the vault, so
 * that enough shares restore the wallet with every server gone.
 */
import { backupSetId, guardiansMax } from '@holdfast/base/backup/backup-set'
import { shareBytes } from '@holdfast/base/backup/share-check'
import { type Bytes, concat, equalBytes } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { attempt, fail } from '@holdfast/base/errors'
import { bytes, label, meshId, timestamp, walletId } from '@holdfast/base/schema'
import { sha256 } from '@noble/hashes/sha2.js'
import { base32 } from '@scure/base'
import { z } from 'zod'

const share32 = bytes.refine((value) => value.length === shareBytes)

export const guardianShare = z.strictObject({
  format: z.literal('holdfast share v1'),
  mesh: meshId,
  wallet: walletId,
  /** The wallet's name, for people. */
  name: label,
  set: backupSetId,
  createdAt: timestamp,
  threshold: z.int().min(2).max(guardiansMax),
  /** Whose share this is. */
  guardian: label,
  share: share32,
  vault: bytes,
})
export type GuardianShare = z.infer<typeof guardianShare>

const textPrefix = 'HFSHARE1'
const checksumBytes = 4
const groupLetters = 5
const groupsInLine = 10

/**
 * Upper-case letters and digits in groups, as QR codes hold them best: the prefix, then base32
 * (RFC 4648 §6, unpadded) of the CBOR and the first four bytes of its SHA-256.
 */
export const shareText = (share: GuardianShare): string => {
  const body = toCbor(share)
  const letters = base32
    .encode(concat(body, sha256(body).subarray(0, checksumBytes)))
    .replaceAll('=', '')
  const groups = letters.match(RegExp(`.{1,${groupLetters}}`, 'g')) ?? []
  const lines: string[] = [textPrefix]
  for (let at = 0; at < groups.length; at += groupsInLine) {
    lines.push(groups.slice(at, at + groupsInLine).join('-'))
  }
  return `${lines.join('\n')}\n`
}

/** Reads it back; `bad_share` where a letter is missing or wrong. Case, spaces, lines are free. */
export const parseShareText = (text: Bytes): GuardianShare => {
  const letters = new TextDecoder()
    .decode(text)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
  if (!letters.startsWith(textPrefix)) return fail('bad_share', 'this is not a share of a backup')
  const body = letters.slice(textPrefix.length)
  const decoded = attempt(() => {
    try {
      return base32.decode(body.padEnd(Math.ceil(body.length / 8) * 8, '='))
    } catch {
      return fail('bad_share', 'a letter of the share is none that it can have')
    }
  })
  if (!decoded.ok) return fail('bad_share', decoded.refusal.detail)
  const content = decoded.value.subarray(0, -checksumBytes)
  const checksum = decoded.value.subarray(-checksumBytes)
  if (!equalBytes(sha256(content).subarray(0, checksumBytes), checksum)) {
    return fail('bad_share', 'a letter of the share is missing or wrong')
  }
  const parsed = attempt(() => parseCbor(guardianShare, content))
  return parsed.ok ? parsed.value : fail('bad_share', 'the share is of another form')
}
