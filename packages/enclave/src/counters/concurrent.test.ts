import type { SignAnswer } from '@holdfast/base/answers'
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import type { Wallet } from '@holdfast/base/wallet'
import { afterEach, describe, expect, it } from 'vitest'
import { signRequest, unsignedTransfer } from '../testing/core-world.ts'
import { send, type TestAnswer, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { createLimitedWallet, hourMs } from './testing/limited-wallet.ts'

const zones = ['eu-west', 'us-east', 'ap-south'] as const
let mesh: TestMesh
let ada: TestKey

afterEach(() => mesh.stop())

const requestOf = (wallet: Wallet, nonce: number, charge: string): Bytes =>
  utf8(
    JSON.stringify(
      signRequest(mesh, wallet, {
        charge,
        payload: { kind: 'ethereum.transaction', transaction: unsignedTransfer(nonce) },
      }),
    ),
  )

const sign = (zone: string, bytes: Bytes): Promise<TestAnswer<SignAnswer>> =>
  send(mesh.node(zone).core, bytes, 'sign', [ada])

describe('1,000 requests at once over three zones', () => {
  it.each([
    { what: 'count of signatures', limit: { type: 'signatures', count: 600 } as const },
    {
      what: 'value',
      // Each transfer counts 1000 wei and 210000 of gas.
      limit: {
        type: 'value',
        chain: 'ethereum',
        asset: 'native',
        amount: String(211_000 * 600 + 7),
      } as const,
    },
  ])('never exceed a limit of $what, with a partition and repeats', async ({ limit }) => {
    mesh = await createTestMesh()
    ada = testKey(mesh, 'ada')
    const wallet = await createLimitedWallet(mesh, ada, [{ ...limit, windowMs: hourMs }])
    const signed = new Set<string>()
    const codes = new Map<string, number>()
    const note = (answer: TestAnswer<SignAnswer>): void => {
      if (answer.ok) signed.add(JSON.stringify(answer.value.signed))
      const code = answer.ok ? 'ok' : answer.code
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    const batch = async (from: number, to: number): Promise<void> => {
      const asked = []
      for (let nonce = from; nonce < to; nonce += 1) {
        const charge = zones[nonce % 3]!
        const bytes = requestOf(wallet, nonce, charge)
        asked.push(sign(charge, bytes).then(note))
        // The same bytes once more, by another zone at the same time.
        if (nonce % 7 === 0) asked.push(sign(zones[(nonce + 1) % 3]!, bytes).then(note))
      }
      await Promise.all(asked)
    }
    await batch(0, 250)
    expect(signed.size).toBe(250)
    mesh.cut('eu-west', 'ap-south', true)
    mesh.cut('us-east', 'ap-south', true)
    await batch(250, 600)
    mesh.kill('us-east')
    mesh.cut('eu-west', 'ap-south', false)
    await mesh.start('us-east')
    mesh.cut('us-east', 'ap-south', false)
    await batch(600, 1000)
    expect(signed.size).toBeLessThanOrEqual(600)
    // Little is lost to repeats, to the partition and to the restart.
    expect(signed.size).toBeGreaterThanOrEqual(500)
    expect(codes.get('limit_exceeded')).toBeGreaterThan(50)
    expect(codes.get('not_counted')).toBeGreaterThan(50)
    mesh.advance(hourMs)
    await batch(1000, 1100)
    expect(signed.size).toBeGreaterThanOrEqual(580)
  })
})
