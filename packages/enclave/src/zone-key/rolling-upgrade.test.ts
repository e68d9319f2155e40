/** Two measurements in one mesh: who may hold a zone's key before, during and after an upgrade. */
import type { SignAnswer } from '@holdfast/base/answers'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealedEpoch } from '../records/record-seal.ts'
import { askZoneKey } from '../testing/ask-zone-key.ts'
import { codeOf, signRequest, until } from '../testing/core-world.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, memorySealing, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

const oldCode = 'e5'.repeat(32)
const newCode = 'e6'.repeat(32)
const zones = ['eu-west', 'us-east', 'ap-south'] as const
const hourMs = 3_600_000

let mesh: TestMesh
let alice: TestKey
let wallet: Wallet
const load = { over: false, signed: 0, failed: 0, by: new Set<string>() }
let client: Promise<void>

/** As the SDK does: the next node where one does not answer. */
const sign = async (names: readonly string[]): Promise<string> => {
  let code = 'unreachable'
  for (const name of names) {
    const running = mesh.starting(name)
    if (running?.status().state !== 'ready') continue
    const answer = await send<SignAnswer>(running, signRequest(mesh, wallet), 'sign', [alice])
    code = codeOf(answer)
    if (answer.ok) load.by.add(answer.value.receipt.node.measurement)
    if (answer.ok) return code
  }
  return code
}

const names = (): readonly string[] => zones.flatMap((zone) => [zone, `${zone} new`])
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const signUnderLoad = async (): Promise<void> => {
  while (!load.over) {
    if ((await sign(names())) === 'ok') load.signed += 1
    else load.failed += 1
    await pause(2)
  }
}

beforeAll(async () => {
  mesh = await createTestMesh({ more: [] })
  alice = testKey(mesh, 'alice')
  wallet = (await enrolWallet(mesh, [alice])).wallet
  client = signUnderLoad()
})
afterAll(async () => {
  load.over = true
  await client
  await mesh.stop()
})

/** Whether a node of this code would be handed the zone's key by one that serves. */
const mayHold = async (code: string, of = 'eu-west'): Promise<boolean> => {
  const answer = await askZoneKey(mesh, of, code)
  if (!answer.ok) expect(answer.refusal.code).toBe('measurement_not_in_force')
  return answer.ok
}

const holders = async (of?: string): Promise<readonly boolean[]> => [
  await mayHold(oldCode, of),
  await mayHold(newCode, of),
]

const epochs = (zone: string): string =>
  [
    ...new Set([...mesh.disks.get(zone)!.records.values()].map(({ value }) => sealedEpoch(value))),
  ].join()

const list = (...codes: readonly (readonly [code: string, fromMs: number])[]): void =>
  mesh.govern({
    measurements: codes.map(([mrEnclave, fromMs]) => ({
      mrEnclave,
      notBefore: new Date(fromMs).toISOString(),
    })),
  })

const tick = async (): Promise<void> => {
  for (const name of names()) await mesh.starting(name)?.tick()
}

describe('an upgrade from one measurement to another', () => {
  it('begins with the old code alone: the new one gets no key', async () => {
    expect(await holders()).toEqual([true, false])
    const begun = mesh.start('eu-west', {
      name: 'eu-west new',
      sealing: memorySealing(),
      measurement: newCode,
      confirmedBy: 'zones',
    })
    await until(() => mesh.starting('eu-west new')?.status().state === 'waiting_for_zone_key')
    await mesh.starting('eu-west new')!.stop()
    await expect(begun).rejects.toThrow('has the key of the zone')
    mesh.kill('eu-west new')
  })

  it('lists both: in force, the new code gets the key from the old, and serves', async () => {
    const from = mesh.nowMs() + hourMs
    list([oldCode, mesh.nowMs() - hourMs], [newCode, from])
    expect(mesh.node('eu-west').core.status().upcoming).toEqual([
      { measurement: newCode, notBefore: new Date(from).toISOString() },
    ])
    expect(await holders()).toEqual([true, false])
    mesh.advance(hourMs)
    expect(await holders()).toEqual([true, true])
    for (const zone of zones) {
      const sealing = memorySealing()
      const name = `${zone} new`
      const node = await mesh.start(zone, { name, sealing, measurement: newCode })
      expect(await sealing.read()).toBeDefined()
      expect(node.core.status().state).toBe('ready')
    }
    expect(await holders('eu-west new')).toEqual([true, true])
    expect(await sign(['eu-west new'])).toBe('ok')
  })

  it('ends with the new code alone: the old has no link, no key, and writes nothing', async () => {
    list([newCode, mesh.nowMs() - hourMs])
    expect(await holders('eu-west new')).toEqual([false, true])
    await until(async () => {
      await tick()
      return zones.every((zone) => epochs(zone) === '2')
    })
    for (const zone of zones) {
      expect(mesh.node(`${zone} new`).core.status().zoneKey?.epoch).toBe(2)
      // It is still there, with its memory and the store, and cannot go along.
      expect(mesh.node(zone).core.status().zoneKey?.epoch).toBe(1)
      await until(() => mesh.node(zone).core.status().state !== 'ready')
    }
    expect(await sign(['eu-west', 'us-east', 'ap-south'])).not.toBe('ok')
    // However slow the machine is: the new code has signed enough for the load to say something.
    await until(() => load.signed > 20)
    load.over = true
    await client
    expect(load.failed).toBe(0)
    expect(load.signed).toBeGreaterThan(20)
    expect([...load.by].toSorted()).toEqual([oldCode, newCode])
  })
})
