/** The whole path of a signature inside the core: sealed frame in, sealed frame out. */
import type { Bytes } from '@holdfast/base/bytes'
import { authenticateFrame, must, startSession } from '../client/session.ts'
import { signRequests } from '../client/sign-requests.ts'
import { batchOperations } from '../limits.ts'
import type { LeanCore } from './lean-core.ts'
import { type CpuMicros, measure } from './measure.ts'

export type CoreSign = { measure(seconds: number): Promise<CpuMicros> }

export const createCoreSign = async (lean: LeanCore): Promise<CoreSign> => {
  const { core, identity } = lean
  const wallet = await lean.create()
  const started = startSession(lean, identity)
  const { boot } = identity
  const opened = must(await core.openSession({ ...started, boot }))
  const session = started.finish(opened.message)
  const exchange = async (frame: Bytes): Promise<Bytes> =>
    must(await core.sessionFrame(opened.session, frame))
  session.open(await exchange(authenticateFrame(session, wallet, lean.owner)))
  const next = signRequests(wallet)

  /** Frames are sealed before and opened after the clock runs: they are the client's work. */
  const prepare = () => {
    const frames = Array.from({ length: batchOperations }, () => session.seal(next()))
    const answers: Bytes[] = []
    return {
      operations: frames.length,
      run: async (): Promise<void> => {
        for (const frame of frames) answers.push(await exchange(frame))
      },
      check: (): void => {
        for (const answer of answers) session.open(answer)
      },
    }
  }
  return { measure: (seconds) => measure(prepare, seconds) }
}
