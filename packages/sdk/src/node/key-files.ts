/** API keys in files that only their owner may read. */
import { readFile, writeFile } from 'node:fs/promises'
import { type ApiKey } from '../credentials.ts'
import { formatApiKey, parseApiKey } from '../key-file.ts'

/** Writes a new file of mode 0600; fails where one is there. */
export const writeApiKey = (path: string, key: ApiKey): Promise<void> =>
  writeFile(path, formatApiKey(key), { mode: 0o600, flag: 'wx' })

/** Refusals: those of `parseApiKey`. */
export const readApiKey = async (path: string): Promise<ApiKey> =>
  parseApiKey(new Uint8Array(await readFile(path)))
