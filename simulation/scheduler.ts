/**
 * One thing at a time: the earliest event happens, then every promise that it settled is drained,
 * then the next. The order of all events of a run is its trace; equal traces have equal hashes.
 */
import { createHash } from 'node:crypto'
import { createEventQueue } from './event-queue.ts'

export type Scheduler = {
  /** Virtual milliseconds since the beginning of the run. */
  nowMs(): number
  /** Events that have happened. */
  readonly steps: number
  /** `action` happens `delayMs` from now. The label goes into the trace. */
  after(delayMs: number, label: string, action: () => void): void
  /** Lets the next event happen; false where nothing is left. */
  step(): Promise<boolean>
  /** Notes something in the trace. */
  note(text: string): void
  traceHash(): string
}

/** Microtasks are all done when the next turn of the event loop begins. */
const drain = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

export const createScheduler = (onEvent?: (line: string) => void): Scheduler => {
  const queue = createEventQueue()
  const trace = createHash('sha256')
  let nowMs = 0
  let steps = 0
  let order = 0
  const note = (text: string): void => {
    const line = `${nowMs.toFixed(3)} ${text}\n`
    trace.update(line)
    onEvent?.(line)
  }
  return {
    nowMs: () => nowMs,
    get steps() {
      return steps
    },
    after: (delayMs, label, action) => {
      order += 1
      queue.push({ atMs: nowMs + Math.max(0, delayMs), order, label, action })
    },
    step: async () => {
      const event = queue.pop()
      if (event === undefined) return false
      nowMs = Math.max(nowMs, event.atMs)
      steps += 1
      note(event.label)
      event.action()
      await drain()
      return true
    },
    note,
    traceHash: () => trace.copy().digest('hex'),
  }
}
