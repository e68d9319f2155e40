/** What the node's own program finds on the server that it is to run on. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { fail } from '@holdfast/base/errors'
import { z } from 'zod'
import { engineFlags, nodeProgram } from '../mesh-folder/node-program.ts'
import type { Finding } from './examine.ts'

const findingsSchema = z.object({
  findings: z.array(
    z.object({
      state: z.enum(['ok', 'warning', 'wrong']),
      what: z.string(),
      mend: z.string().exactOptional(),
    }),
  ),
})

/** `folder` is that of the node, with its `node.json`. */
export const serverFindings = async (folder: string): Promise<readonly Finding[]> => {
  const args = [...engineFlags, nodeProgram(), '--doctor', '--dir', folder]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  const parsed = findingsSchema.safeParse(JSON.parse(stdout))
  return parsed.success
    ? parsed.data.findings
    : fail('internal', 'the node’s program does not say what it found')
}
