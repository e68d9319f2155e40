/** `client.json`: what a client must know of its mesh. The mesh id in it is what it trusts. */
import { dirname, resolve } from 'node:path'
import { meshId } from '@holdfast/base/schema'
import { z } from 'zod'
import { publicFile, readJson, writeJson } from './files.ts'
import { type MeshLayout, meshLayout } from './layout.ts'

const clientFile = z.strictObject({
  format: z.literal('holdfast client v1'),
  mesh: meshId,
  minimumSerial: z.int().min(1),
  nodes: z.array(z.string()).min(1),
  /** Relative to the folder of this file. */
  keyFile: z.string(),
})
export type ClientFile = Omit<z.infer<typeof clientFile>, 'format'>

export const writeClientFile = (layout: MeshLayout, file: ClientFile): Promise<void> =>
  writeJson(layout.client, { format: 'holdfast client v1', ...file }, publicFile)

/** With the key file's path made absolute. */
export const readClientFile = async (dir: string): Promise<ClientFile> => {
  const path = meshLayout(dir).client
  const { format: _, keyFile, ...file } = await readJson(path, clientFile)
  return { ...file, keyFile: resolve(dirname(path), keyFile) }
}
