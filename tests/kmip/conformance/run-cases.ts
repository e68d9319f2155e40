/** Plays case files in every form that their version has, and sums up. */
import { dirname } from 'node:path'
import type { CaseFile } from './case-files.ts'
import { exemptionOf } from './exemptions.ts'
import { type Form, playCase } from './play-case.ts'
import { settingsOf } from './server-settings.ts'
import { makeCertificate, startTestServer, type TestServer } from './test-server.ts'

export type CaseResult = {
  readonly file: string
  readonly version: string
  readonly profile: string
  readonly mandatory: boolean
  readonly asksCertificate: boolean
  readonly result: 'pass' | 'fail' | 'exempt'
  readonly reason: string
}

/** TTLV over TLS always; XML and JSON over HTTPS for the cases of 2.1. */
const formsOf = ({ version }: CaseFile): readonly Form[] =>
  version === '2.1' ? ['tls', 'xml', 'json'] : ['tls']

const numberOf = ({ file }: CaseFile): number => Number(/[MO][-_](\d+)[-_]/.exec(file)?.[1] ?? 0)

/** A case after those of its profile that come before it. */
const seriesOf = (files: readonly CaseFile[], last: CaseFile): readonly CaseFile[] => [
  ...files
    .filter(({ file }) => dirname(file) === dirname(last.file))
    .filter((one) => one.profile === last.profile && numberOf(one) < numberOf(last))
    .toSorted((left, right) => numberOf(left) - numberOf(right)),
  last,
]

/** One server for each way in which an operator sets it up. */
class Servers implements AsyncDisposable {
  readonly #servers = new Map<string, TestServer>()

  async of({ file }: CaseFile): Promise<TestServer> {
    const settings = settingsOf(file)
    const key = JSON.stringify(settings)
    const server = this.#servers.get(key) ?? (await startTestServer(settings))
    this.#servers.set(key, server)
    return server
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers.values()) await server[Symbol.asyncDispose]()
  }
}

export const runCases = async (
  files: readonly CaseFile[],
  told: (result: CaseResult) => void = () => undefined,
): Promise<readonly CaseResult[]> => {
  await using servers = new Servers()
  const client = makeCertificate('client')
  const results: CaseResult[] = []
  for (const file of files) {
    const server = await servers.of(file)
    let reason: string | undefined
    for (const form of formsOf(file)) {
      reason ??=
        (await playCase(server, client, [file], form)) &&
        // Some cases begin with what the one before them in their series has left.
        (await playCase(server, client, seriesOf(files, file), form))
    }
    const exemption = reason === undefined ? undefined : exemptionOf(file.file)
    const { version, profile, mandatory, asksCertificate } = file
    const result: CaseResult = {
      file: file.file,
      version,
      profile,
      mandatory,
      asksCertificate,
      result: reason === undefined ? 'pass' : exemption === undefined ? 'fail' : 'exempt',
      reason: exemption ?? reason ?? '',
    }
    results.push(result)
    told(result)
  }
  return results
}
