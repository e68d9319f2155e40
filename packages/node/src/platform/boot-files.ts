/**
 * How governors and a node find each other on one machine: the node writes `boot.json` into its
 * folder, and reads `boots.json`, their signed statement, beside the manifest (docs/governance.md).
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { NodeName } from '@holdfast/base/answers'
import { utf8 } from '@holdfast/base/bytes'
import { statementBytesMax } from '@holdfast/base/limits'
import type { Core } from '@holdfast/enclave/core/core-interface'
import { statementCheckMs } from '../limits.ts'
import type { Logs } from '../logs.ts'
import { replaceFile } from './replace-file.ts'

/** Says which boot waits here; nothing secret. */
export const writeBoot = (dir: string, { zone, boot, measurement }: NodeName): void =>
  replaceFile(
    join(dir, 'boot.json'),
    utf8(`${JSON.stringify({ format: 'holdfast boot v1', zone, boot, measurement })}\n`),
  )

const read = (path: string): Buffer | undefined => {
  try {
    const bytes = readFileSync(path)
    return bytes.length <= 2 * statementBytesMax ? bytes : undefined
  } catch {
    return undefined
  }
}

/** Gives the core each statement that it has not seen; returns how to stop. */
export const watchStatements = (options: {
  /** The file of the manifests. */
  readonly manifest: string
  readonly core: Pick<Core, 'takeStatement'>
  readonly logs: Logs
}): (() => void) => {
  const path = join(dirname(options.manifest), 'boots.json')
  let seen: Buffer | undefined
  const look = async (): Promise<void> => {
    const statement = read(path)
    if (statement === undefined || seen?.equals(statement)) return
    seen = statement
    const taken = await options.core.takeStatement(new Uint8Array(statement))
    if (taken.ok) options.logs.info('boot named by governors')
    else options.logs.warn('statement refused', { code: taken.refusal.code })
  }
  const timer = setInterval(() => void look(), statementCheckMs)
  void look()
  return () => clearInterval(timer)
}
