/** What a client needs of its surroundings: a connection and a timer. */
import type { Bytes } from '@holdfast/base/bytes'

/** A duplex byte stream, such as a TLS socket; a runtime's own stream fits in a few lines. */
export type ByteStream = {
  /** Sends bytes, after those sent before. */
  write(bytes: Bytes): void
  /** Says where bytes that arrive go, in order; called once, by the client. */
  onData(listener: (bytes: Bytes) => void): void
  /** Says whom to tell once that no more bytes come, whoever closed; called once. */
  onClose(listener: () => void): void
  close(): void
}

/** Runs an action after some milliseconds, unless it is cancelled. */
export type Timer = {
  start(delayMs: number, action: () => void): { cancel(): void }
}
