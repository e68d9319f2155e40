/** Plays case files in every form that their version has, and sums up. */
import type { CaseFile } from './case-files.ts'
import { type Form, playCase } from './play-case.ts'
import { makeCertificate, startTestServer } from './test-server.ts'

export type CaseResult = {
  readonly file: string
  readonly version: string
  readonly profile: string
  readonly mandatory: boolean
  readonly result: 'pass' | 'fail' | 'exempt'
  readonly reason: string
}

/** TTLV over TLS always; XML and JSON over HTTPS for the cases of 2.1. */
const formsOf = ({ version }: CaseFile): readonly Form[] =>
  version === '2.1' ? ['tls', 'xml', 'json'] : ['tls']

export const runCases = async (
  files: readonly CaseFile[],
  told: (result: CaseResult) => void = () => undefined,
): Promise<readonly CaseResult[]> => {
  await using server = await startTestServer()
  const client = makeCertificate('client')
  const results: CaseResult[] = []
  for (const file of files) {
    let reason: string | undefined
    for (const form of formsOf(file)) reason ??= await playCase(server, client, file, form)
    const { version, profile, mandatory } = file
    const result: CaseResult = {
      file: file.file,
      version,
      profile,
      mandatory,
      result: reason === undefined ? 'pass' : 'fail',
      reason: reason ?? '',
    }
    results.push(result)
    told(result)
  }
  return results
}
