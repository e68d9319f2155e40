/**
 * Plays `/dev/attestation` on named pipes, in a thread of its own: whoever writes 64 bytes and then
 * reads gets a quote over those bytes, as under Gramine. The end of the thread ends the player.
 */
import { execFileSync } from 'node:child_process'
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
import { type SimulatedPlatform, simulatedQuote } from '@holdfast/attestation'

type Played = {
  readonly dir: string
  readonly platform: SimulatedPlatform
  readonly mrEnclave: Uint8Array
  readonly debug: boolean
}

/** Each pass is one quote: the pipes block until the other end is there. */
const play = ({ dir, platform, mrEnclave, debug }: Played): never => {
  for (;;) {
    const reportData = new Uint8Array(readFileSync(join(dir, 'user_report_data')))
    const quote = simulatedQuote(platform, { mrEnclave, reportData, debug })
    const pipe = openSync(join(dir, 'quote'), 'w')
    writeSync(pipe, quote)
    closeSync(pipe)
  }
}

if (!isMainThread) play(workerData as Played)

export type GraminePlayer = { readonly dir: string; stop(): Promise<void> }

/** The folder of a device without its quotes, as `gramine-direct` has it. */
export const directDevice = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-gramine-'))
  mkdirSync(join(dir, 'keys'))
  writeFileSync(join(dir, 'keys', '_sgx_mrenclave'), new Uint8Array(16).fill(7))
  return dir
}

export const playGramine = (options: {
  readonly platform: SimulatedPlatform
  readonly mrEnclave: Uint8Array
  readonly debug?: boolean
}): GraminePlayer => {
  const dir = directDevice()
  writeFileSync(join(dir, 'attestation_type'), 'dcap')
  execFileSync('mkfifo', [join(dir, 'user_report_data'), join(dir, 'quote')])
  const { platform, mrEnclave, debug = false } = options
  const data: Played = { dir, platform, mrEnclave, debug }
  const worker = new Worker(new URL(import.meta.url), { workerData: data })
  worker.on('error', () => undefined)
  return {
    dir,
    stop: async () => {
      // The thread waits in a blocking call: it ends with what it was waiting for.
      const ended = worker.terminate()
      closeSync(openSync(join(dir, 'user_report_data'), 'r+'))
      await ended
      rmSync(dir, { recursive: true })
    },
  }
}
