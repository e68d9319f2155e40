import type { LimitsAnswer, SignAnswer } from '@holdfast/base/answers'
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import type { Policy } from '@holdfast/base/policy'
import type { Limit } from '@holdfast/base/policy-limits'
import type { Wallet } from '@holdfast/base/wallet'
import { afterEach, describe, expect, it } from 'vitest'
import { codeOf, must, signRequest, unsignedTransfer, until } from '../testing/core-world.ts'
import { expiresAt, send, type TestAnswer, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { createWallet, hourMs, policyOf } from './testing/limited-wallet.ts'

let mesh: TestMesh
let ada: TestKey

afterEach(() => mesh.stop())

const perHour = (count: number): Limit => ({ type: 'signatures', count, windowMs: hourMs })
const start = async (zones: readonly string[], policy: Policy): Promise<Wallet> => {
  mesh = await createTestMesh({ zones })
  ada = testKey(mesh, 'ada')
  return createWallet(mesh, ada, policy)
}

const show = (zone: string, wallet: Wallet): Promise<TestAnswer<LimitsAnswer>> =>
  send(
    mesh.node(zone).core,
    { operation: 'limits.show', mesh: mesh.mesh, expiresAt: expiresAt(mesh), wallet: wallet.id },
    'read',
    [ada],
  )

const transfer = (wallet: Wallet, nonce: number, rest: object = {}): object =>
  signRequest(mesh, wallet, {
    payload: { kind: 'ethereum.transaction', transaction: unsignedTransfer(nonce) },
    ...rest,
  })

const sign = (
  zone: string,
  request: object | Bytes,
  keys: readonly TestKey[] = [ada],
): Promise<TestAnswer<SignAnswer>> => send(mesh.node(zone).core, request, 'sign', keys)

const one = ['eu-west']
const three = ['eu-west', 'us-east', 'ap-south']

describe('a limit in one zone', () => {
  it('allows what it counts and refuses the next, naming the rule', async () => {
    const wallet = await start(one, policyOf({ limits: [perHour(2)] }))
    must(await sign('eu-west', transfer(wallet, 0)))
    must(await sign('eu-west', transfer(wallet, 1)))
    const refused = await sign('eu-west', transfer(wallet, 2))
    expect(refused).toMatchObject({ ok: false, code: 'limit_exceeded', subject: 'rule-0' })
  })

  it('counts a request once, however often it comes', async () => {
    const wallet = await start(one, policyOf({ limits: [perHour(1)] }))
    const request = utf8(JSON.stringify(transfer(wallet, 0)))
    for (let repeat = 0; repeat < 3; repeat += 1) must(await sign('eu-west', request))
    await Promise.all([1, 2, 3].map(async () => must(await sign('eu-west', request))))
    expect(codeOf(await sign('eu-west', transfer(wallet, 1)))).toBe('limit_exceeded')
  })

  it('counts one transaction once where its intent is asked for by other bytes', async () => {
    const wallet = await start(one, policyOf({ limits: [perHour(1)] }))
    const intent = `int_${'ab'.repeat(16)}`
    must(await sign('eu-west', transfer(wallet, 0, { intent })))
    must(await sign('eu-west', transfer(wallet, 0, { intent, expiresAt: expiresAt(mesh, 1000) })))
    expect(codeOf(await sign('eu-west', transfer(wallet, 1, { intent })))).toBe('limit_exceeded')
  })

  it('is there again in the next window, and never in an earlier one', async () => {
    const wallet = await start(one, policyOf({ limits: [perHour(1)] }))
    must(await sign('eu-west', transfer(wallet, 0)))
    mesh.advance(hourMs)
    must(await sign('eu-west', transfer(wallet, 1)))
    mesh.advance(-hourMs)
    expect(codeOf(await sign('eu-west', transfer(wallet, 2)))).toBe('limit_exceeded')
  })

  it('counts value and fee in base units, and lets nothing pass that it cannot count', async () => {
    const value: Limit = {
      type: 'value',
      chain: 'ethereum',
      asset: 'native',
      amount: '422000',
      windowMs: hourMs,
    }
    const wallet = await start(one, policyOf({ limits: [value] }))
    // 1000 wei and at most 21000 × 10 wei of gas.
    must(await sign('eu-west', transfer(wallet, 0)))
    must(await sign('eu-west', transfer(wallet, 1)))
    expect(codeOf(await sign('eu-west', transfer(wallet, 2)))).toBe('limit_exceeded')
    const raw = { kind: 'raw', key: wallet.keys[0]?.id, algorithm: 'ecdsa-secp256k1' } as const
    const request = transfer(wallet, 0, { payload: { ...raw, data: 'ab'.repeat(32) } })
    expect(codeOf(await sign('eu-west', request))).toBe('raw_use_denied')
  })

  it('lets another rule allow what it cannot any more', async () => {
    const wallet = await start(
      one,
      policyOf({ limits: [perHour(1)] }, { limits: [perHour(1)], id: 'second' }),
    )
    const rules = []
    for (const nonce of [0, 1]) {
      rules.push(must(await sign('eu-west', transfer(wallet, nonce))).receipt.rule)
    }
    expect(rules).toEqual(['rule-0', 'second'])
    expect(codeOf(await sign('eu-west', transfer(wallet, 2)))).toBe('limit_exceeded')
  })

  it('holds after a restart', async () => {
    const wallet = await start(one, policyOf({ limits: [perHour(2)] }))
    must(await sign('eu-west', transfer(wallet, 0)))
    must(await sign('eu-west', transfer(wallet, 1)))
    mesh.kill('eu-west')
    await mesh.start('eu-west')
    expect(codeOf(await sign('eu-west', transfer(wallet, 2)))).toBe('limit_exceeded')
    must(await sign('eu-west', transfer(wallet, 1)))
  })

  it('is shown with what is left, and whose time its windows go by', async () => {
    const wallet = await start(one, policyOf({ limits: [perHour(20)] }))
    must(await sign('eu-west', transfer(wallet, 0)))
    expect(must(await show('eu-west', wallet))).toMatchObject({
      time: 'host',
      limits: [
        {
          rule: 'rule-0',
          opensAt: '2026-11-22T12:00:00.000Z',
          endsAt: '2026-11-22T13:00:00.000Z',
          zones: [{ zone: 'eu-west', left: '19' }],
        },
      ],
    })
  })
})

describe('a limit in three zones', () => {
  it('is one limit for all of them', async () => {
    const wallet = await start(three, policyOf({ limits: [perHour(7)] }))
    const answers = []
    for (let nonce = 0; nonce < 12; nonce += 1) {
      const charge = three[nonce % 3]
      answers.push(codeOf(await sign(three[(nonce + 1) % 3]!, transfer(wallet, nonce, { charge }))))
    }
    expect(answers.filter((code) => code === 'ok')).toHaveLength(7)
    expect(new Set(answers)).toEqual(new Set(['ok', 'limit_exceeded']))
  })

  it('is spent by one zone alone, with the shares that the others give', async () => {
    const wallet = await start(three, policyOf({ limits: [perHour(7)] }))
    for (let nonce = 0; nonce < 7; nonce += 1) must(await sign('eu-west', transfer(wallet, nonce)))
    expect(codeOf(await sign('eu-west', transfer(wallet, 7)))).toBe('limit_exceeded')
    const left = must(await show('us-east', wallet)).limits[0]?.zones.map((zone) => zone.left)
    expect(left).toEqual(['0', '0', '0'])
  })

  it('is counted at the home where the request names no zone', async () => {
    const wallet = await start(three, policyOf({ limits: [perHour(7)] }))
    const { receipt } = must(await sign('ap-south', transfer(wallet, 0)))
    expect(receipt).toMatchObject({ node: { zone: 'eu-west' }, relayedBy: { zone: 'ap-south' } })
  })

  it('is counted where the request comes in if the home cannot be reached', async () => {
    const wallet = await start(three, policyOf({ limits: [perHour(6)] }))
    mesh.kill('eu-west')
    must(await sign('ap-south', transfer(wallet, 0)))
    for (let nonce = 1; nonce < 4; nonce += 1) must(await sign('ap-south', transfer(wallet, nonce)))
    // The share of the zone that is away counts as spent.
    expect(codeOf(await sign('ap-south', transfer(wallet, 9)))).toBe('limit_exceeded')
  })

  it('counts a request once in the end that came in beside the zone that it names', async () => {
    const wallet = await start(three, policyOf({ limits: [perHour(9)] }))
    const request = utf8(JSON.stringify(transfer(wallet, 0, { charge: 'us-east' })))
    must(await sign('us-east', request))
    mesh.cut('eu-west', 'us-east', true)
    must(await sign('eu-west', request))
    const left = async (): Promise<number> =>
      must(await show('ap-south', wallet)).limits[0]!.zones.reduce(
        (sum, zone) => sum + Number(zone.left ?? 0),
        0,
      )
    expect(await left()).toBe(7)
    mesh.cut('eu-west', 'us-east', false)
    await until(async () => {
      mesh.advance(3000)
      for (const zone of three) await mesh.node(zone).core.tick()
      const shown = must(await show('us-east', wallet)).limits[0]!.zones
      return shown.find(({ zone }) => zone === 'us-east')?.left === '3'
    })
    expect(must(await show('eu-west', wallet)).limits[0]!.zones).toContainEqual({
      zone: 'eu-west',
      left: '2',
    })
  })

  it('is not counted by a zone that no other stands behind', async () => {
    const wallet = await start(three, policyOf({ limits: [perHour(100)] }))
    mesh.kill('us-east')
    mesh.kill('ap-south')
    expect(codeOf(await sign('eu-west', transfer(wallet, 0)))).toBe('not_counted')
  })

  it('is not spent twice from a store that was put back to an older copy', async () => {
    const wallet = await start(three, policyOf({ limits: [perHour(3)] }))
    const { snapshotDisk, restoreDisk } = await import('../testing/memory-store.ts')
    const disk = mesh.disks.get('eu-west')!
    const before = snapshotDisk(disk)
    must(await sign('eu-west', transfer(wallet, 0)))
    must(await sign('eu-west', transfer(wallet, 1)))
    mesh.kill('eu-west')
    restoreDisk(disk, before)
    await mesh.start('eu-west')
    const codes = []
    for (const nonce of [2, 3]) codes.push(codeOf(await sign('eu-west', transfer(wallet, nonce))))
    expect(codes).toEqual(['ok', 'limit_exceeded'])
  })

  it('is not counted after a restart before the others have said what they remember', async () => {
    const wallet = await start(three, policyOf({ limits: [perHour(30)] }))
    must(await sign('eu-west', transfer(wallet, 0)))
    mesh.kill('eu-west')
    mesh.kill('us-east')
    await mesh.start('eu-west')
    expect(codeOf(await sign('eu-west', transfer(wallet, 1)))).toBe('not_counted')
    await mesh.start('us-east')
    must(await sign('eu-west', transfer(wallet, 1)))
  })
})

describe('an intent under a rule that asks for once', () => {
  const intent = `int_${'cd'.repeat(16)}`

  it('must be named', async () => {
    const wallet = await start(one, policyOf({ once: true }))
    expect(codeOf(await sign('eu-west', transfer(wallet, 0)))).toBe('intent_required')
  })

  it('signs one transaction, by whatever zone and bytes it is asked for', async () => {
    const wallet = await start(three, policyOf({ once: true }))
    const first = must(await sign('us-east', transfer(wallet, 0, { intent })))
    const other = { intent, expiresAt: expiresAt(mesh, 1000) }
    const again = must(await sign('ap-south', transfer(wallet, 0, other)))
    expect(again.signed).toEqual(first.signed)
    for (const charge of three) {
      const second = transfer(wallet, 1, { intent, charge })
      expect(codeOf(await sign('ap-south', second))).toBe('intent_used')
    }
  })

  it('signs one transaction at most where two are asked for at once', async () => {
    const wallet = await start(three, policyOf({ once: true }))
    for (let round = 0; round < 5; round += 1) {
      const id = `int_${`0${round}`.repeat(16)}`
      const answers = await Promise.all(
        three.map((charge, nonce) => sign(charge, transfer(wallet, nonce, { intent: id, charge }))),
      )
      expect(answers.filter(({ ok }) => ok).length).toBeLessThanOrEqual(1)
    }
  })

  it('is remembered by the others where the store of one zone was put back', async () => {
    const wallet = await start(three, policyOf({ once: true }))
    const { snapshotDisk, restoreDisk } = await import('../testing/memory-store.ts')
    const disk = mesh.disks.get('eu-west')!
    const before = snapshotDisk(disk)
    mesh.cut('eu-west', 'ap-south', true)
    must(await sign('eu-west', transfer(wallet, 0, { intent })))
    mesh.kill('eu-west')
    restoreDisk(disk, before)
    await mesh.start('eu-west')
    mesh.cut('eu-west', 'ap-south', false)
    mesh.kill('us-east')
    expect(codeOf(await sign('eu-west', transfer(wallet, 1, { intent })))).toBe('not_counted')
    await mesh.start('us-east')
    expect(codeOf(await sign('eu-west', transfer(wallet, 1, { intent })))).toBe('intent_used')
  })
})
