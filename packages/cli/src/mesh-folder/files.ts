/** JSON files: read with a limit and a schema, written whole or not at all. */
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { parseJson } from '@holdfast/base/schema'
import type { z } from 'zod'
import { fileBytesMax } from '../limits.ts'

/** Modes of files: secrets are for their owner alone. */
export const secretFile = 0o600
export const publicFile = 0o644

/** Bytes of a file; `invalid_field` where it is absent or larger than a file here can be. */
export const readBytes = async (path: string): Promise<Bytes> => {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return fail('invalid_field', 'there is no such file', path)
  if (found.size > fileBytesMax) return fail('too_large', 'the file is too large', path)
  return new Uint8Array(await readFile(path))
}

export const readJson = async <Value>(path: string, schema: z.ZodType<Value>): Promise<Value> =>
  parseJson(schema, await readBytes(path))

/** Replaces a file: readers see the old one or the new one. */
export const writeWhole = async (path: string, content: string | Bytes, mode: number) => {
  const partial = `${path}.${process.pid}.partial`
  await writeFile(partial, content, { mode })
  await rename(partial, path)
}

export const writeJson = (path: string, value: unknown, mode: number): Promise<void> =>
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`, mode)

export const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined
