/**
 * A secret value: never a string, prints as `[secret]`, erased on dispose. Only code that may
 * handle keys calls `use`; the bytes must not be kept beyond it.
 */
import type { Bytes } from './bytes.ts'

export type Secret = Disposable & {
  readonly length: number
  /** Lends the bytes to `action`; throws once the secret was erased. */
  use<Value>(action: (bytes: Bytes) => Value): Value
  toString(): '[secret]'
  toJSON(): '[secret]'
}

const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never

/**
 * A secret over a buffer that the caller gives up; `erase` overrides how it is cleared.
 * Servers lend a slot of locked memory; clients, which have none, lend an ordinary buffer.
 */
export class BufferSecret implements Secret {
  readonly #release: (bytes: Bytes) => void
  #bytes: Bytes | undefined

  constructor(bytes: Bytes, release: (bytes: Bytes) => void = (buffer) => buffer.fill(0)) {
    this.#bytes = bytes
    this.#release = release
  }

  get length(): number {
    return this.#bytes?.length ?? 0
  }

  use<Value>(action: (bytes: Bytes) => Value): Value {
    if (this.#bytes === undefined) throw new Error('invariant broken: secret used after erasure')
    return action(this.#bytes)
  }

  [Symbol.dispose](): void {
    const bytes = this.#bytes
    this.#bytes = undefined
    if (bytes !== undefined) this.#release(bytes)
  }

  toString(): '[secret]' {
    return '[secret]'
  }

  toJSON(): '[secret]' {
    return '[secret]'
  }

  [inspect](): '[secret]' {
    return '[secret]'
  }
}
