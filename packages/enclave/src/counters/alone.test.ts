/** Counting where one of a wallet's two zones is given up: its share stays its own. */
import type { Result } from '@holdfast/base/errors'
import { CredentialId, IntentId } from '@holdfast/base/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCrypto } from '../crypto/create-crypto.ts'
import { createEntropy } from '../crypto/entropy.ts'
import type { Crypto } from '../ports/crypto.ts'
import { type CountingMesh, createCountingMesh, hourlyCounter } from './testing/counting-mesh.ts'

const entropy = createEntropy()
const hourMs = 3_600_000
const counter = hourlyCounter(12)
const guess = { credential: CredentialId(`crd_${'ab'.repeat(16)}`), limit: 6 }

let crypto: Crypto & Disposable
beforeAll(async () => {
  crypto = await createCrypto({ entropy })
})
afterAll(() => crypto[Symbol.dispose]())

const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.refusal.code)

const nodeOf = (mesh: CountingMesh, zone: string) => {
  const [node] = mesh.nodes(zone)
  if (node === undefined) throw new Error(`${zone} does not run`)
  return node
}

let keys = 0
const charge = async (
  mesh: CountingMesh,
  zone: string,
  claim?: { intent: IntentId; digest: string },
) => {
  keys += 1
  const key = keys.toString(16).padStart(64, '0')
  const amounts = [{ counter, amount: 1n }]
  const ask = { key, amounts, expiresAtMs: Date.parse('2026-11-30T00:00:00Z') }
  const { counters } = nodeOf(mesh, zone)
  return codeOf(await counters.charge(mesh.entry, { ...ask, ...(claim && { claim }) }))
}

/** How many of so many are counted, and why the last of them was not. */
const use = async (mesh: CountingMesh, zone: string, times = 20) => {
  let counted = 0
  for (let time = 0; time < times; time += 1) {
    const code = await charge(mesh, zone)
    if (code !== 'ok') return [counted, code] as const
    counted += 1
  }
  return [counted, 'ok'] as const
}

/** Held by two of the zones; what counts says when it signs, so that documents have its limit. */
const meshOf = (zones: readonly string[]): CountingMesh => {
  const limits = [{ type: 'signatures', count: 12, windowMs: hourMs }]
  const rules = [{ id: 'rule', effect: 'allow', operations: ['sign'], limits }]
  const policy = { format: 'holdfast policy v1', rules } as never
  const placement = ['eu-west', 'us-east']
  return createCountingMesh({ crypto, entropy, zones, placement, wallet: { policy } })
}

/** us-east lives on, unheard, and has an endorsed block of its share. */
const giveUp = async (mesh: CountingMesh): Promise<void> => {
  expect(await charge(mesh, 'eu-west')).toBe('ok')
  expect(await charge(mesh, 'us-east')).toBe('ok')
  for (const zone of ['eu-west', 'ap-south']) mesh.cut(zone, 'us-east', true)
  expect((await use(mesh, 'eu-west'))[1]).toBe('not_counted')
  mesh.giveUp('eu-west', ['us-east'])
}

const restart = (mesh: CountingMesh, zone: string): void => {
  mesh.kill(nodeOf(mesh, zone))
  mesh.start(zone)
}

/** Both decide again, and have looked after what the other knows. */
const reunite = async (mesh: CountingMesh): Promise<void> => {
  for (const zone of ['eu-west', 'ap-south']) mesh.cut(zone, 'us-east', false)
  mesh.giveUp('eu-west', [])
  for (let round = 0; round < 3; round += 1) {
    for (const zone of ['eu-west', 'us-east']) await nodeOf(mesh, zone).counters.tick()
  }
}

const zones = ['eu-west', 'us-east', 'ap-south']

describe('a zone whose other zone is given up', () => {
  it('counts its own share and no more, in this window and the next', async () => {
    const mesh = meshOf(zones)
    await giveUp(mesh)
    expect(await use(mesh, 'eu-west')).toEqual([5, 'limit_exceeded'])
    mesh.advance(hourMs)
    expect(await use(mesh, 'eu-west')).toEqual([6, 'limit_exceeded'])
    expect((await use(mesh, 'us-east'))[1]).not.toBe('ok')
  })

  it('shows what is left of its share', async () => {
    const mesh = meshOf(zones)
    await giveUp(mesh)
    const shown = await nodeOf(mesh, 'eu-west').counters.show(mesh.entry)
    expect(shown).toMatchObject({ value: [{ zones: [{ left: '5' }, { left: null }] }] })
  })

  it('opens no window by its own host alone, where the mesh has other zones', async () => {
    const mesh = meshOf(zones)
    await giveUp(mesh)
    await use(mesh, 'eu-west')
    mesh.setClock('eu-west', 3 * hourMs)
    expect(await use(mesh, 'eu-west')).toEqual([0, 'limit_exceeded'])
    mesh.cut('eu-west', 'ap-south', true)
    mesh.advance(hourMs)
    expect(await use(mesh, 'eu-west')).toEqual([0, 'time_unknown'])
  })

  it('counts nothing in a window in which an earlier incarnation may have counted', async () => {
    const mesh = meshOf(zones)
    const before = mesh.snapshot('eu-west')
    await giveUp(mesh)
    expect(await use(mesh, 'eu-west')).toEqual([5, 'limit_exceeded'])
    mesh.kill(nodeOf(mesh, 'eu-west'))
    mesh.putBack('eu-west', before)
    mesh.start('eu-west')
    expect(await use(mesh, 'eu-west')).toEqual([0, 'not_counted'])
    mesh.advance(hourMs)
    expect(await use(mesh, 'eu-west')).toEqual([6, 'limit_exceeded'])
  })

  it('counts nothing after a start where its host alone says what time it is', async () => {
    const mesh = meshOf(['eu-west', 'us-east'])
    await giveUp(mesh)
    expect(await use(mesh, 'eu-west')).toEqual([5, 'limit_exceeded'])
    restart(mesh, 'eu-west')
    await nodeOf(mesh, 'eu-west').counters.tick()
    mesh.advance(2 * hourMs)
    expect(await use(mesh, 'eu-west')).toEqual([0, 'not_counted'])
  })

  it('counts no guess and gives no voice to an intent, which both must know of', async () => {
    const mesh = meshOf(zones)
    await giveUp(mesh)
    const { counters } = nodeOf(mesh, 'eu-west')
    expect(codeOf(await counters.guess(mesh.entry, guess))).toBe('not_counted')
    const claim = { intent: IntentId.of(entropy.bytes(16)), digest: '11'.repeat(32) }
    expect(await charge(mesh, 'eu-west', claim)).toBe('not_counted')
    restart(mesh, 'eu-west')
    await nodeOf(mesh, 'eu-west').counters.tick()
    mesh.advance(2 * hourMs)
    expect(await charge(mesh, 'eu-west')).toBe('ok')
    const again = nodeOf(mesh, 'eu-west').counters
    expect(codeOf(await again.guess(mesh.entry, guess))).toBe('not_counted')
    expect(await charge(mesh, 'eu-west', claim)).toBe('not_counted')
  })
})

describe('two zones that decide together again', () => {
  it('have counted no more than the limit, whatever the one did alone', async () => {
    const mesh = meshOf(zones)
    await giveUp(mesh)
    const [alone] = await use(mesh, 'eu-west', 4)
    await reunite(mesh)
    const [own] = await use(mesh, 'eu-west')
    const [other] = await use(mesh, 'us-east')
    expect(2 + alone + own + other).toBe(12)
  })

  it('remember what was counted alone, though the store forgets it then', async () => {
    const mesh = meshOf(zones)
    const before = mesh.snapshot('eu-west')
    await giveUp(mesh)
    expect(await use(mesh, 'eu-west')).toEqual([5, 'limit_exceeded'])
    await reunite(mesh)
    mesh.kill(nodeOf(mesh, 'eu-west'))
    mesh.putBack('eu-west', before)
    mesh.start('eu-west')
    const [own] = await use(mesh, 'eu-west')
    const [other] = await use(mesh, 'us-east')
    expect(7 + own + other).toBeLessThanOrEqual(12)
  })

  it('remember it though the zone started anew in between', async () => {
    const mesh = meshOf(zones)
    const before = mesh.snapshot('eu-west')
    await giveUp(mesh)
    expect(await use(mesh, 'eu-west')).toEqual([5, 'limit_exceeded'])
    restart(mesh, 'eu-west')
    await reunite(mesh)
    mesh.kill(nodeOf(mesh, 'eu-west'))
    mesh.putBack('eu-west', before)
    mesh.start('eu-west')
    const [own] = await use(mesh, 'eu-west')
    const [other] = await use(mesh, 'us-east')
    expect(7 + own + other).toBeLessThanOrEqual(12)
  })
})
