/** What signs at a terminal, in files that only their owner may read. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Bytes } from '@holdfast/base/bytes'
import { attempt, fail } from '@holdfast/base/errors'
import { parseJson } from '@holdfast/base/schema'
import { z } from 'zod'
import { type ApiKey } from '../credentials.ts'
import { formatApiKey, parseApiKey } from '../key-file.ts'
import { loginFormat, parseLogin } from '../passwords/login-text.ts'
import type { Password } from '../passwords/password.ts'

/** Writes a new file of mode 0600; fails where one is there. */
export const writeApiKey = (path: string, key: ApiKey): Promise<void> =>
  writeFile(path, formatApiKey(key), { mode: 0o600, flag: 'wx' })

const read = async <Of>(path: string, parse: (untrusted: Bytes) => Of): Promise<Of> => {
  const content = await readFile(path).catch(() =>
    fail('invalid_field', 'the file of the key cannot be read', path),
  )
  try {
    return parse(new Uint8Array(content))
  } finally {
    content.fill(0)
  }
}

/** Refusals: those of `parseApiKey`; `invalid_field` where the file cannot be read. */
export const readApiKey = (path: string): Promise<ApiKey> => read(path, parseApiKey)

/** Refusals: those of `parseLogin`; `invalid_field` where the file cannot be read. */
export const readLogin = (path: string): Promise<Password> => read(path, parseLogin)

const anyLogin = z.looseObject({ format: z.literal(loginFormat) })

/** An API key, or a login by a password that was kept (`formatLogin`). */
export const readSigner = (path: string): Promise<ApiKey | Password> =>
  read<ApiKey | Password>(path, (untrusted) =>
    attempt(() => parseJson(anyLogin, untrusted)).ok
      ? parseLogin(untrusted)
      : parseApiKey(untrusted),
  )
