/** Which nodes owe an answer for long: another node of their zone is asked before them. */
import type { BootId } from '@holdfast/base/ids'
import { lateAnswerMs, lateNodeMs } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'

export type LatePeers = {
  /** A question is on its way; the function that it gives says how it ended. */
  asked(boot: BootId): (isAnswered: boolean) => void
  isLate(boot: BootId): boolean
}

export const createLatePeers = (clock: Clock): LatePeers => {
  /** When the questions that have no answer were asked, by node and number. */
  const waiting = new Map<BootId, Map<number, number>>()
  const failed = new Map<BootId, number>()
  let number = 0

  const since = (atMs: number | undefined): number =>
    atMs === undefined ? Number.POSITIVE_INFINITY : Math.abs(clock.nowMs() - atMs)

  return {
    asked: (boot) => {
      number += 1
      const own = number
      const questions = waiting.get(boot) ?? new Map<number, number>()
      waiting.set(boot, questions.set(own, clock.nowMs()))
      return (isAnswered) => {
        questions.delete(own)
        if (questions.size === 0) waiting.delete(boot)
        if (isAnswered) failed.delete(boot)
        else failed.set(boot, clock.nowMs())
      }
    },
    isLate: (boot) => {
      const [oldest] = waiting.get(boot)?.values() ?? []
      const owes = oldest !== undefined && since(oldest) >= lateAnswerMs
      return owes || since(failed.get(boot)) < lateNodeMs
    },
  }
}
