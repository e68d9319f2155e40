/** Governors who date a manifest back, against enclaves that remember when they first saw it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodePeerRequest, parsePeerAnswer } from '../replication/peers/messages.ts'
import { askZoneKey } from '../testing/ask-zone-key.ts'
import { until } from '../testing/core-world.ts'
import { restoreDisk, snapshotDisk } from '../testing/memory-store.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'

const oldCode = 'e5'.repeat(32)
const newCode = 'e6'.repeat(32)
const hourMs = 3_600_000
const delayMs = 24 * hourMs
const zones = ['eu-west', 'us-east', 'ap-south']

let mesh: TestMesh
beforeEach(async () => {
  mesh = await createTestMesh()
})
afterEach(() => mesh.stop())

const state = (name: string): string => mesh.starting(name)?.status().state ?? 'none'

const tick = async (): Promise<void> => {
  for (const zone of zones) await mesh.starting(zone)?.tick()
  await new Promise((resolve) => setTimeout(resolve, 5))
}

/** What a node of new code, of this zone, is answered that asks for the zone's key. */
const askKey = async (of: string): Promise<string> => {
  const answer = await askZoneKey(mesh, of, newCode)
  return answer.ok ? 'ok' : answer.refusal.code
}

/** By a node that is confirmed, when its zone first saw the manifest in force. */
const seenBy = async (zone: string): Promise<number | null> => {
  const [other] = [...mesh.disks.keys()].filter((one) => one !== zone && state(one) === 'ready')
  const asking = mesh.node(other ?? '')
  const peer = {
    zone: asking.zone,
    boot: asking.identity.boot,
    level: 3,
    measurement: oldCode,
    roundTripMs: 1,
  }
  const asked = encodePeerRequest({ type: 'manifest.seen', manifest: mesh.manifest.hash })
  const bytes = await mesh.node(zone).core.peerMessage(peer, asked)
  const answer = parsePeerAnswer('manifest.seen', bytes)
  if (!answer.ok) throw new Error(answer.refusal.code)
  return answer.value.at
}

/** New code that is in force since last month, by its governors. */
const dateBack = async (): Promise<number> => {
  const { measurements } = mesh.manifest.manifest
  const notBefore = new Date(mesh.nowMs() - 30 * delayMs).toISOString()
  const expiresAt = new Date(mesh.nowMs() + 90 * delayMs).toISOString()
  const added = [...measurements, { mrEnclave: newCode, notBefore }]
  mesh.govern({ measurements: added, expiresAt }, delayMs)
  const beganMs = mesh.nowMs()
  for (const zone of mesh.disks.keys()) {
    await until(async () => {
      await tick()
      return (await seenBy(zone)) !== null
    })
  }
  return beganMs
}

const startNew = async (): Promise<void> => {
  mesh.kill('eu-west')
  await mesh.start('eu-west', { measurement: newCode, confirmedBy: 'zones' })
}

const hasStarted = async (): Promise<boolean> => {
  for (let round = 0; round < 10 && state('eu-west') !== 'ready'; round += 1) await tick()
  return state('eu-west') === 'ready'
}

const passes = async (ms: number): Promise<void> => {
  mesh.advance(ms)
  for (let round = 0; round < 3; round += 1) await tick()
}

describe('new code whose manifest was dated back', () => {
  it('is not confirmed before the delay is over that began when it was first seen', async () => {
    const beganMs = await dateBack()
    expect(await seenBy('us-east')).toBeGreaterThanOrEqual(beganMs)
    await startNew()
    expect(await hasStarted()).toBe(false)
    await passes(delayMs - hourMs)
    expect(await hasStarted()).toBe(false)
    await passes(2 * hourMs)
    expect(await hasStarted()).toBe(true)
  })

  it('is handed no key before', async () => {
    await dateBack()
    expect(await askKey('eu-west')).toBe('measurement_not_in_force')
    await passes(delayMs + hourMs)
    expect(await askKey('eu-west')).toBe('ok')
  })

  it('waits no shorter after a zone’s store was put back, and no longer', async () => {
    const before = snapshotDisk(mesh.disks.get('us-east')!)
    const beganMs = await dateBack()
    await passes(20 * hourMs)
    mesh.kill('us-east')
    restoreDisk(mesh.disks.get('us-east')!, before)
    const again = await mesh.start('us-east', { confirmedBy: 'zones' })
    await again.core.ready()
    await until(async () => {
      await tick()
      return (await seenBy('us-east')) !== null
    })
    // What it has forgotten the others remember.
    expect((await seenBy('us-east'))! - beganMs).toBeLessThan(hourMs)
    await startNew()
    expect(await hasStarted()).toBe(false)
    await passes(5 * hourMs)
    expect(await hasStarted()).toBe(true)
  })

  it('waits anew where a zone that has forgotten hears nobody who saw it', async () => {
    const before = snapshotDisk(mesh.disks.get('us-east')!)
    await dateBack()
    await passes(20 * hourMs)
    mesh.kill('us-east')
    restoreDisk(mesh.disks.get('us-east')!, before)
    // One zone's word alone is not enough.
    mesh.kill('ap-south')
    const again = await mesh.start('us-east')
    await until(async () => {
      await tick()
      return again.core.status().state === 'ready' && (await seenBy('us-east')) !== null
    })
    expect(mesh.nowMs() - (await seenBy('us-east'))!).toBeLessThan(hourMs)
  })

  it('stays in force where two zones are left that can agree on no time', async () => {
    await mesh.stop()
    mesh = await createTestMesh({ zones: ['eu-west', 'us-east'] })
    await dateBack()
    await passes(delayMs + hourMs)
    await startNew()
    expect(await hasStarted()).toBe(true)
    mesh.kill('eu-west')
    // What the other said of the time is too old by now.
    await passes(10 * hourMs)
    await mesh.start('eu-west', { measurement: newCode, confirmedBy: 'zones' })
    expect(await hasStarted()).toBe(true)
  })

  it('waits as long where a node starts again meanwhile', async () => {
    const beganMs = await dateBack()
    await passes(20 * hourMs)
    mesh.kill('us-east')
    const again = await mesh.start('us-east', { confirmedBy: 'zones' })
    await again.core.ready()
    await until(async () => {
      await tick()
      return (await seenBy('us-east')) !== null
    })
    expect((await seenBy('us-east'))! - beganMs).toBeLessThan(hourMs)
  })
})
