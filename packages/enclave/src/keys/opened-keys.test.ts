import { ObjectId } from '@holdfast/base/ids'
import { BufferSecret } from '@holdfast/base/secret'
import { describe, expect, it } from 'vitest'
import { openedKeyIdleMs } from '../limits.ts'
import { createOpenedKeys } from './opened-keys.ts'

const object = (number: number): ObjectId =>
  ObjectId.of(Uint8Array.from({ length: 16 }, () => number))
const secret = (byte: number) => {
  const bytes = new Uint8Array(32).fill(byte)
  return { bytes, secret: new BufferSecret(bytes) }
}
const erased = new Uint8Array(32)
const clock = { nowMs: () => 0 }

describe('opened keys', () => {
  it('are found by object, path and steps, and by nothing less', () => {
    const keys = createOpenedKeys(clock)
    keys.put(object(1), "m/84'/0'/0'", [0, 1], secret(7).secret)
    expect(keys.get(object(1), "m/84'/0'/0'", [0, 1])?.use((bytes) => bytes[0])).toBe(7)
    expect(keys.get(object(2), "m/84'/0'/0'", [0, 1])).toBeUndefined()
    expect(keys.get(object(1), undefined, [0, 1])).toBeUndefined()
    expect(keys.get(object(1), "m/84'/0'/0'", [0])).toBeUndefined()
  })

  it('stay when what was lent is disposed of', () => {
    const keys = createOpenedKeys(clock)
    keys.put(object(1), undefined, [], secret(7).secret)
    const lent = keys.get(object(1), undefined, [])!
    lent[Symbol.dispose]()
    expect(lent.use((bytes) => bytes[0])).toBe(7)
    expect(JSON.stringify({ lent })).toBe('{"lent":"[secret]"}')
  })

  it('are erased beyond the limit, the least recently used first', () => {
    const keys = createOpenedKeys(clock, 2)
    const [first, second, third] = [secret(1), secret(2), secret(3)]
    keys.put(object(1), undefined, [], first.secret)
    keys.put(object(2), undefined, [], second.secret)
    const lent = keys.get(object(2), undefined, [])!
    keys.get(object(1), undefined, [])
    keys.put(object(3), undefined, [], third.secret)
    expect(keys.size).toBe(2)
    expect(second.bytes).toEqual(erased)
    expect(first.bytes).not.toEqual(erased)
    expect(() => lent.use(() => 0)).toThrow('erasure')
  })

  it('are erased when they were not used for a while, and stay while they are', () => {
    let now = 1_000_000
    const keys = createOpenedKeys({ nowMs: () => now })
    const [idle, used] = [secret(1), secret(2)]
    keys.put(object(1), undefined, [], idle.secret)
    keys.put(object(2), undefined, [], used.secret)
    now += openedKeyIdleMs
    keys.get(object(2), undefined, [])
    keys.sweep()
    expect(keys.size).toBe(2)
    now += 1
    keys.sweep()
    expect(idle.bytes).toEqual(erased)
    expect(used.bytes).not.toEqual(erased)
    expect(keys.get(object(1), undefined, [])).toBeUndefined()
    now += openedKeyIdleMs + 1
    keys.sweep()
    expect(keys.size).toBe(0)
  })

  it('are erased when another takes the place, or the object is invalidated, or all are', () => {
    const keys = createOpenedKeys(clock)
    const made = [1, 2, 3, 4].map(secret)
    keys.put(object(1), 'm/1', [], made[0]!.secret)
    keys.put(object(1), 'm/1', [], made[1]!.secret)
    expect(made[0]!.bytes).toEqual(erased)
    keys.put(object(1), 'm/1', [5], made[2]!.secret)
    keys.put(object(2), 'm/1', [], made[3]!.secret)
    keys.invalidate(object(1))
    expect([made[1]!.bytes, made[2]!.bytes]).toEqual([erased, erased])
    expect(keys.size).toBe(1)
    keys.clear()
    expect(made[3]!.bytes).toEqual(erased)
    expect(keys.size).toBe(0)
  })
})
