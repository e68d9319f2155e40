/** Two ends of a byte stream in memory, and a timer that a test moves by hand. */
import type { Bytes } from '@holdfast/base/bytes'
import type { ByteStream, Timer } from '../client/ports.ts'

export type MemoryStream = ByteStream & {
  /** What the client has written, write by write. */
  readonly written: readonly Bytes[]
  readonly closed: boolean
  /** Bytes from the other end. */
  arrive(bytes: Bytes): void
  /** The other end closes. */
  end(): void
}

export const memoryStream = (onWrite: (bytes: Bytes) => void = () => {}): MemoryStream => {
  const written: Bytes[] = []
  let deliver: (bytes: Bytes) => void = () => {}
  let tell = (): void => {}
  let closed = false
  const end = (): void => {
    if (closed) return
    closed = true
    tell()
  }
  return {
    written,
    get closed() {
      return closed
    },
    write: (bytes) => {
      written.push(bytes)
      onWrite(bytes)
    },
    onData: (listener) => {
      deliver = listener
    },
    onClose: (listener) => {
      tell = listener
    },
    close: end,
    arrive: (bytes) => deliver(bytes),
    end,
  }
}

export type ManualTimer = Timer & {
  /** Timers that run. */
  readonly running: number
  advance(milliseconds: number): void
}

export const manualTimer = (): ManualTimer => {
  let now = 0
  const waiting = new Map<symbol, { readonly at: number; readonly action: () => void }>()
  return {
    get running() {
      return waiting.size
    },
    start: (delayMs, action) => {
      const key = Symbol('timer')
      waiting.set(key, { at: now + delayMs, action })
      return { cancel: () => void waiting.delete(key) }
    },
    advance: (milliseconds) => {
      now += milliseconds
      for (const [key, { at, action }] of waiting) {
        if (at > now) continue
        waiting.delete(key)
        action()
      }
    },
  }
}
