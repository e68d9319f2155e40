/** The program of a node: a process of its own, never a part of this one. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fail } from '@holdfast/base/errors'

/** The node's `main.ts`, wherever the package lies. */
export const nodeProgram = (): string => fileURLToPath(import.meta.resolve('@holdfast/node/main'))

/**
 * Engine flags of every node. By itself the engine gives new objects up to 32 MiB, twice, once a
 * node has read its wallets, and keeps it at rest. With 2 MiB signing costs no more (measured over
 * sessions, HTTPS and KMIP), and a node at rest keeps some 25 MB less than with 8.
 */
export const engineFlags: readonly string[] = ['--max-semi-space-size=2']

/** MRENCLAVE of the node that would start now, hexadecimal; asked of the program itself. */
export const currentMeasurement = async (): Promise<string> => {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [nodeProgram(), '--print-measurement'], {
    timeout: 30_000,
  })
  const measurement = stdout.trim()
  return /^[0-9a-f]{64}$/.test(measurement)
    ? measurement
    : fail('internal', 'the node does not say its measurement')
}
