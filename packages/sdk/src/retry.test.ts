import { errorTable } from '@holdfast/base/errors'
import { WalletId, ZoneId } from '@holdfast/base/ids'
import { describe, expect, it } from 'vitest'
import type { Endpoint } from './endpoint.ts'
import { nodeRestMs, retryPauseMsMax } from './limits.ts'
import { refusalFrom } from './problem.ts'
import { nextStep, retryPauseMs } from './retry.ts'
import { rotation } from './rotation.ts'
import { walletMemory } from './seen.ts'

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

describe('a refusal', () => {
  it('that the table calls final is never sent again, except to open a seal anew', () => {
    for (const [code, { retry }] of Object.entries(errorTable)) {
      if (retry === 'never' && code !== 'bad_seal') {
        expect(nextStep(code as keyof typeof errorTable), code).toBe('stop')
      }
    }
  })

  it('is repeated after pauses that grow to a limit', () => {
    expect([0, 1, 2].map(retryPauseMs)).toEqual([50, 100, 200])
    expect(retryPauseMs(1_000_000)).toBe(retryPauseMsMax)
  })

  it('keeps its code, and what is no problem of ours becomes one', () => {
    expect(refusalFrom(403, bytes({ code: 'policy_denied', detail: 'no' })).code).toBe(
      'policy_denied',
    )
    expect(refusalFrom(418, bytes({ code: 'teapot' })).code).toBe('internal')
    expect(refusalFrom(418, bytes({ code: 'toString' })).code).toBe('internal')
    expect(refusalFrom(502, bytes('<html>')).code).toBe('unreachable')
  })
})

describe('the rotation of nodes', () => {
  it('prefers the first that did not just fail', () => {
    let now = 1000
    const [first, second] = [{ origin: '1' } as Endpoint, { origin: '2' } as Endpoint]
    const nodes = rotation([first, second], () => now)
    nodes.rest(first)
    expect(nodes.nearest()).toBe(second)
    now += 1
    nodes.rest(second)
    expect(nodes.nearest()).toBe(first)
    now += nodeRestMs
    expect(nodes.nearest()).toBe(first)
  })
})

describe('the memory of wallets', () => {
  const id = (byte: string) => WalletId(`wal_0000${byte.repeat(20)}`)

  it('never falls, neither in epoch nor in version', () => {
    const memory = walletMemory()
    const shown = { zones: [ZoneId('eu')], signs: { accounts: [], keys: [] } }
    memory.note(id('aa'), { epoch: 2, version: 3 }, shown)
    memory.note(id('aa'), { epoch: 2, version: 2 })
    memory.note(id('aa'), { epoch: 1, version: 9 })
    expect(memory.get(id('aa'))).toEqual({ seen: { epoch: 2, version: 3 }, ...shown })
  })

  it('forgets the wallet that was used longest ago at its limit', () => {
    const memory = walletMemory(2)
    for (const byte of ['aa', 'bb', 'aa', 'cc']) memory.note(id(byte), { epoch: 1, version: 1 })
    expect(memory.get(id('bb'))).toBeUndefined()
    expect(memory.get(id('aa'))).toBeDefined()
  })
})
