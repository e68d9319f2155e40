/** API keys in files that only their owner may read. */
import { readFile, writeFile } from 'node:fs/promises'
import { fail } from '@holdfast/base/errors'
import { type ApiKey } from '../credentials.ts'
import { formatApiKey, parseApiKey } from '../key-file.ts'

/** Writes a new file of mode 0600; fails where one is there. */
export const writeApiKey = (path: string, key: ApiKey): Promise<void> =>
  writeFile(path, formatApiKey(key), { mode: 0o600, flag: 'wx' })

/** Refusals: those of `parseApiKey`; `invalid_field` where the file cannot be read. */
export const readApiKey = async (path: string): Promise<ApiKey> => {
  const content = await readFile(path).catch(() =>
    fail('invalid_field', 'the file of the API key cannot be read', path),
  )
  try {
    return parseApiKey(new Uint8Array(content))
  } finally {
    content.fill(0)
  }
}
