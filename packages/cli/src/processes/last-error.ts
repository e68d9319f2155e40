/** Why a node ended, as the last error in its log says it. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const entry = z.object({
  level: z.literal('error'),
  code: z.string().optional(),
  detail: z.string().optional(),
})

const parse = (line: string): z.infer<typeof entry> | undefined => {
  try {
    return entry.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** ` (code: detail)`, and where the log is. */
export const lastError = async (path: string): Promise<string> => {
  const log = await readFile(path, 'utf8').catch(() => '')
  const found = log
    .split('\n')
    .slice(-20)
    .flatMap((line) => parse(line) ?? [])
    .at(-1)
  const why = found === undefined ? '' : ` (${found.code ?? 'fault'}: ${found.detail ?? ''})`
  return `${why}; see ${path}`
}
