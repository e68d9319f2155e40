/** The measurement that somebody published: a file of a release, or the value itself. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fail } from '@holdfast/base/errors'

const isMeasurement = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

/** `release.json`, and what `gramine-sgx-sigstruct-view` writes. */
const names = ['measurement', 'mrEnclave', 'mr_enclave'] as const

/** 64 hexadecimal digits, or a file of JSON that names them. Fails with `invalid_field`. */
export const readPublished = async (text: string, cwd: string): Promise<string> => {
  if (isMeasurement(text)) return text
  const no = (detail: string): never => fail('invalid_field', detail, 'published')
  const content = await readFile(resolve(cwd, text), 'utf8').catch(() =>
    no('neither a measurement nor a file that can be read'),
  )
  try {
    const parsed = JSON.parse(content) as Readonly<Record<string, unknown>>
    const found = names.map((name) => parsed[name]).find(isMeasurement)
    if (found !== undefined) return found
  } catch {
    // Said below.
  }
  return no('the file names no measurement')
}
