/**
 * Calls that wait for a member which was given up. They end soon after another member has answered:
 * what they wait for will not come, and whether a commit was applied can be read there. While no
 * member answers, as in an election, they wait on, for then they are answered with all others.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { givenUpGraceMs } from './limits.ts'

/** Ends a call, which is answered by an error then. */
type End = () => void

export type GivenUp<Member extends object> = {
  /** A call was sent; the answer is to be called when it ended. */
  sent(member: Member, end: End): () => void
  /** The member is asked no more. */
  gaveUp(member: Member): void
  answered(member: Member): void
}

export const createGivenUp = <Member extends object>(): GivenUp<Member> => {
  const waiting = new Map<Member, Set<End>>()
  const hung = new Set<Member>()

  const endAll = async (member: Member): Promise<void> => {
    await delay(givenUpGraceMs, undefined, { ref: false })
    for (const end of waiting.get(member) ?? []) end()
  }
  const forget = (member: Member): void => {
    waiting.delete(member)
    hung.delete(member)
  }

  return {
    sent: (member, end) => {
      const calls = waiting.get(member) ?? new Set<End>()
      waiting.set(member, calls.add(end))
      return () => {
        calls.delete(end)
        if (calls.size === 0 && waiting.get(member) === calls) forget(member)
      }
    },
    gaveUp: (member) => {
      if (waiting.has(member)) hung.add(member)
    },
    answered: (member) => {
      if (hung.size === 0) return
      for (const other of hung) {
        if (other === member) continue
        hung.delete(other)
        void endAll(other)
      }
    },
  }
}
