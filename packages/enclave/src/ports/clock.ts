/** Time as a port. All clocks are the host's: nothing of §6 may rest on this one alone. */

export type Clock = {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number
  /** Settles after at least `ms`. */
  sleep(ms: number): Promise<void>
}
