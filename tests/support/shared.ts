/**
 * The folder of specifications, official cases and real evidence that lies beside the repository
 * (`HOLDFAST_SHARED` names another place). Tests may read it; the product does not need it.
 */
import { appendFileSync, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(process.env['HOLDFAST_SHARED'] ?? join(import.meta.dirname, '../../../shared'))

/** A path in that folder, or undefined (said in one line) where the folder is absent. */
export const sharedPath = (...parts: readonly string[]): string | undefined => {
  const path = join(root, ...parts)
  if (existsSync(path)) return path
  const where = 'put it beside the repository or set HOLDFAST_SHARED'
  const line = `${join('shared', ...parts)} is absent; ${where}`
  if (process.env['HOLDFAST_TEST_REQUIRE'] === 'all') throw new Error(line)
  const file = process.env['HOLDFAST_TEST_ABSENT_FILE']
  if (file === undefined) console.log(`not run: ${line}`)
  else appendFileSync(file, `${line}\n`)
  return undefined
}
