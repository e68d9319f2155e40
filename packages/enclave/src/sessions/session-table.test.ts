import { SessionId } from '@holdfast/base/ids'
import type { NoiseChannel } from '@holdfast/base/noise'
import { describe, expect, it } from 'vitest'
import { sessionsMax } from '../limits.ts'
import { createSessionTable, type Session } from './session-table.ts'

const idOf = (number: number): SessionId => {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setUint32(0, number)
  return SessionId.of(bytes)
}
const closed: SessionId[] = []
const sessionOf = (number: number, isKnown = false): Session => ({
  kind: 'here',
  id: idOf(number),
  channel: { [Symbol.dispose]: () => closed.push(idOf(number)) } as unknown as NoiseChannel,
  expiresAtMs: 1000,
  ...(isKnown ? { authenticated: { credentials: [], wallets: [], expiresAtMs: 1000 } } : {}),
})

describe('a full table of sessions', () => {
  it('lets the oldest stranger make way, and nobody who has proved who he is', () => {
    const table = createSessionTable({ nowMs: () => 0, sleep: async () => undefined })
    expect(table.add(sessionOf(0, true))).toBe(true)
    for (let number = 1; number < sessionsMax; number += 1) table.add(sessionOf(number))
    expect(table.add(sessionOf(sessionsMax))).toBe(true)
    expect(table.size).toBe(sessionsMax)
    expect(table.get(idOf(0))).toBeDefined()
    expect(table.get(idOf(1))).toBeUndefined()
    expect(closed).toEqual([idOf(1)])
    table.clear()
    for (let number = 0; number < sessionsMax; number += 1) table.add(sessionOf(number, true))
    expect(table.add(sessionOf(sessionsMax))).toBe(false)
    expect(table.get(idOf(0))).toBeDefined()
  })
})
