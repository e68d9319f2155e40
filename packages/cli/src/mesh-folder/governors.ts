/** Governors of a mesh made here: keys in files, fit for a simulated mesh alone. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { toBase64Url } from '@holdfast/base/bytes'
import type { Manifest } from '@holdfast/base/manifest'
import { base64url, label } from '@holdfast/base/schema'
import { generateApiKey } from '@holdfast/sdk'
import { z } from 'zod'
import { readJson, secretFile, writeJson } from './files.ts'
import type { MeshLayout } from './layout.ts'

const governorFile = z.strictObject({
  format: z.literal('holdfast governor v1'),
  simulated: z.literal(true),
  id: label,
  /** Ed25519, the 32-byte seed. */
  privateKey: base64url,
})
export type Governor = z.infer<typeof governorFile>

/** Two of three must sign a manifest. */
const governorIds = ['first', 'second', 'third'] as const
const threshold = 2

/** Makes the governors' keys; returns what the manifest says of them. */
export const makeGovernors = async (
  layout: MeshLayout,
): Promise<{ governors: readonly Governor[]; listed: Manifest['governors'] }> => {
  await mkdir(layout.governors, { recursive: true, mode: 0o700 })
  const made = governorIds.map((id) => {
    using key = generateApiKey('ed25519')
    const privateKey = key.privateKey.use(toBase64Url)
    const publicKey = toBase64Url(key.publicKey)
    const file: Governor = { format: 'holdfast governor v1', simulated: true, id, privateKey }
    return { file, publicKey }
  })
  for (const { file } of made) await writeJson(layout.governor(file.id), file, secretFile)
  return {
    governors: made.map(({ file }) => file),
    listed: { threshold, keys: made.map(({ file, publicKey }) => ({ id: file.id, publicKey })) },
  }
}

/** The governors whose keys lie in this folder; none where they were taken elsewhere. */
export const localGovernors = async (layout: MeshLayout): Promise<readonly Governor[]> => {
  const names = await readdir(layout.governors).catch(() => [])
  const files = names.filter((name) => name.endsWith('.json')).toSorted()
  return Promise.all(files.map((name) => readJson(join(layout.governors, name), governorFile)))
}

/** One governor's key file. */
export const readGovernor = (path: string): Promise<Governor> => readJson(path, governorFile)
