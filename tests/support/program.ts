/**
 * Programs that tests need and npm does not bring. An absent one is named in one line with its
 * package; under `HOLDFAST_TEST_REQUIRE=all` it is a failure instead.
 */
import { appendFileSync, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

type Need = {
  readonly program: string
  readonly install: string
  readonly paths?: readonly string[]
  /** Debian has no package of it: it is said in one line that it is absent, and no failure. */
  readonly notInDebian?: true
}

export const findProgram = (need: Need): string | undefined => {
  const candidates = [
    ...(need.paths ?? []),
    ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, need.program)),
  ]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found !== undefined) return found
  const line = `${need.program} is absent; install it with: ${need.install}`
  const required = process.env['HOLDFAST_TEST_REQUIRE'] === 'all' && need.notInDebian !== true
  if (required) throw new Error(line)
  const file = process.env['HOLDFAST_TEST_ABSENT_FILE']
  // Not among what a program gives: the output of a measurement is read by others.
  if (file === undefined) console.error(`not run: ${line}`)
  else appendFileSync(file, `${line}\n`)
  return undefined
}
