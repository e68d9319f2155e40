/** What carries the frames of a sealed session, in order. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Refusal } from '@holdfast/base/errors'

export type ChannelHandlers = {
  frame(untrustedFrame: Bytes): void
  /** The channel is gone; called once, and not after `close`. */
  closed(refusal: Refusal): void
}

export type Channel = {
  /** Frames arrive in the order in which they are given. */
  send(frame: Bytes): void
  close(): void
}

export type OpenedChannel = {
  readonly channel: Channel
  /** The node's answer to the opening: CBOR `[session, message]`. */
  readonly untrustedAnswer: Bytes
}

/** Sends the opening (CBOR `[boot, prologue, message]`) and waits for its answer. */
export type OpenChannel = (
  opening: Bytes,
  handlers: ChannelHandlers,
  options: { readonly timeoutMs: number },
) => Promise<OpenedChannel>
