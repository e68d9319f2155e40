/**
 * Plays one entry of configfs-tsm on named pipes in a thread of its own: a write to `inblob` counts
 * the generation up and makes `outblob`, as the kernel does.
 */
import { execFileSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { signSnpReport } from '../attestation/sign-snp-report.ts'

type Played = {
  readonly entry: string
  /** What `outblob` gives; the 64 bytes of `inblob` are put at `at`, where that is given. */
  readonly report: Uint8Array
  readonly at?: number
  /** PEM of a VCEK's key, which then signs what `outblob` gives. */
  readonly vcekKey?: string
  /** How many passes another process disturbs. */
  readonly disturbed: number
}

const play = ({ entry, report, at, vcekKey, disturbed }: Played): never => {
  const key = vcekKey === undefined ? undefined : createPrivateKey(vcekKey)
  for (let pass = 0, generation = 0; ; pass += 1) {
    const reportData = readFileSync(join(entry, 'inblob'))
    const answer = report.slice()
    if (at !== undefined) answer.set(reportData, at)
    generation += pass < disturbed ? 2 : 1
    writeFileSync(join(entry, 'generation'), `${generation}\n`)
    const pipe = openSync(join(entry, 'outblob'), 'w')
    writeSync(pipe, key === undefined ? answer : signSnpReport(answer, key))
    closeSync(pipe)
  }
}

if (!isMainThread) play(workerData as Played)

export type TsmPlayer = {
  readonly options: { readonly folder: string; readonly name: string }
  stop(): Promise<void>
}

export const playTsm = (options: {
  readonly provider: string
  readonly report: Uint8Array
  readonly at?: number
  readonly vcekKey?: string
  readonly auxiliary?: Uint8Array
  readonly disturbed?: number
}): TsmPlayer => {
  const { provider, auxiliary, disturbed = 0, ...played } = options
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tsm-'))
  const entry = join(folder, 'entry')
  mkdirSync(entry)
  writeFileSync(join(entry, 'provider'), `${provider}\n`)
  writeFileSync(join(entry, 'generation'), '0\n')
  if (auxiliary !== undefined) writeFileSync(join(entry, 'auxblob'), auxiliary)
  execFileSync('mkfifo', [join(entry, 'inblob'), join(entry, 'outblob')])
  const data: Played = { entry, disturbed, ...played }
  const worker = new Worker(new URL(import.meta.url), { workerData: data })
  worker.on('error', () => undefined)
  return {
    options: { folder, name: 'entry' },
    stop: async () => {
      const ended = worker.terminate()
      closeSync(openSync(join(entry, 'inblob'), 'r+'))
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}
