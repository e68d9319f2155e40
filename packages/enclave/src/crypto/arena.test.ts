import { describe, expect, it } from 'vitest'
import { createArena } from './arena.ts'

const small = [
  { slotBytes: 32, slots: 2 },
  { slotBytes: 64, slots: 1 },
]

describe('the arena of locked memory', () => {
  it('gives zeroed views of the asked length, and erases them', () => {
    using arena = createArena(small)
    const secret = arena.secret(20)
    let view: Uint8Array = new Uint8Array(0)
    secret.use((bytes) => {
      view = bytes
      expect(bytes).toEqual(new Uint8Array(20))
      bytes.fill(7)
    })
    secret[Symbol.dispose]()
    expect(view).toEqual(new Uint8Array(20))
    expect(() => secret.use(() => 0)).toThrow('erasure')
  })

  it('lends a larger slot when the small ones are used, then refuses', () => {
    using arena = createArena(small)
    const views = [arena.take(32), arena.take(1), arena.take(5)]
    expect(arena.report()).toMatchObject({ slots: 3, used: 3 })
    expect(() => arena.take(1)).toThrow('limit_reached')
    views.forEach((view) => arena.release(view))
    expect(arena.report().used).toBe(0)
    expect(() => arena.take(65)).toThrow('limit_reached')
  })

  it('never lends one slot twice', () => {
    using arena = createArena([{ slotBytes: 8, slots: 100 }])
    const views = Array.from({ length: 100 }, () => arena.take(8))
    expect(new Set(views.map(({ byteOffset }) => byteOffset)).size).toBe(100)
    const [first] = views
    arena.release(first!)
    expect(() => arena.release(first!)).toThrow('twice')
    expect(() => arena.release(new Uint8Array(8))).toThrow('not a slot')
  })

  it('says that memory is not locked where the system did not lock it', () => {
    using locked = createArena([{ slotBytes: 4096, slots: 4 }])
    expect(locked.report().locked).toBe(process.platform === 'linux')
    // More than `ulimit -l` allows anywhere but for root: mlock fails without a word.
    using huge = createArena([{ slotBytes: 1 << 20, slots: 64 }])
    const unlimited = process.getuid?.() === 0
    if (!unlimited) expect(huge.report().locked).toBe(false)
  })

  it('refuses use after its release', () => {
    const arena = createArena(small)
    const secret = arena.secret(4)
    arena[Symbol.dispose]()
    expect(() => arena.take(1)).toThrow('release')
    expect(() => secret[Symbol.dispose]()).not.toThrow()
  })
})
