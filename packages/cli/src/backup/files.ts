/** Files of backups: keys of guardians, shares, and what guardians are given. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { backupSet } from '@holdfast/base/backup/backup-set'
import { fromBase64Url, toBase64Url } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { sealedSecret } from '@holdfast/base/requests/wallet-create'
import { base64url, label, meshId, parseJson, walletId } from '@holdfast/base/schema'
import {
  type GuardianKey,
  type GuardianShare,
  guardianKeyFrom,
  parseShareText,
} from '@holdfast/sdk'
import { z } from 'zod'
import type { Surroundings } from '../command.ts'
import { publicFile, readBytes, readJson, secretFile } from '../mesh-folder/files.ts'

const keyFormat = 'holdfast guardian key v1'

const keyFile = z.strictObject({ format: z.literal(keyFormat), privateKey: base64url.length(43) })

/** What guardians are given: public but for those whom it is sealed to. */
export const sealedBackupFile = z.strictObject({
  id: walletId,
  mesh: meshId,
  name: label,
  set: backupSet,
})

/** A share on its way to an enclave, for a drill. */
export const sealedShareFile = z.strictObject({
  wallet: walletId,
  set: z.string(),
  share: sealedSecret,
})

/** A new file, never over another. */
export const writeNew = (path: string, content: string, mode: number): Promise<void> =>
  writeFile(path, content, { mode, flag: 'wx' }).catch((error: unknown) =>
    error instanceof Error && 'code' in error && error.code === 'EEXIST'
      ? fail('invalid_field', 'the file is there already', path)
      : Promise.reject(error),
  )

export const writeGuardianKey = (path: string, key: GuardianKey): Promise<void> => {
  const privateKey = key.secret.use((bytes) => toBase64Url(bytes))
  return writeNew(path, `${JSON.stringify({ format: keyFormat, privateKey })}\n`, secretFile)
}

export const readGuardianKey = async (path: string): Promise<GuardianKey> => {
  const bytes = await readBytes(path)
  try {
    return guardianKeyFrom(fromBase64Url(parseJson(keyFile, bytes).privateKey))
  } finally {
    bytes.fill(0)
  }
}

export const readShare = async (path: string, { cwd }: Surroundings): Promise<GuardianShare> => {
  const bytes = await readBytes(resolve(cwd, path))
  try {
    return parseShareText(bytes)
  } finally {
    bytes.fill(0)
  }
}

export { publicFile, readJson, secretFile }
