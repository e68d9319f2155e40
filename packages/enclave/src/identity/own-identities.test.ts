import { reportDataOf } from '@holdfast/attestation'
import { toHex, utf8 } from '@holdfast/base/bytes'
import { MeshId, ZoneId } from '@holdfast/base/ids'
import { identityLifetimeMsMax } from '@holdfast/base/limits'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCrypto } from '../crypto/create-crypto.ts'
import { createEntropy } from '../crypto/entropy.ts'
import type { Crypto } from '../ports/crypto.ts'
import { createIdentity, type NodeIdentity } from './node-identity.ts'
import { createOwnIdentities } from './own-identities.ts'

const entropy = createEntropy()
const startMs = Date.parse('2026-11-22T12:00:00Z')
const hourMs = 3_600_000
const nonce = new Uint8Array(32).fill(7)
const noCollateral = {
  ...Object.fromEntries(
    ['tcbInfo', 'qeIdentity', 'tcbInfoIssuerChain', 'qeIdentityIssuerChain'].map((name) => [
      name,
      'x',
    ]),
  ),
  tcbInfoSignature: '00'.repeat(64),
  qeIdentitySignature: '00'.repeat(64),
  pckCrl: '00',
  pckCrlIssuerChain: 'x',
  rootCaCrl: '00',
}
let crypto: Crypto & Disposable
beforeAll(async () => {
  crypto = await createCrypto({ entropy })
})
afterAll(() => crypto[Symbol.dispose]())

const make = (nowMs: number, of: { lifetimeMs?: number; boot?: NodeIdentity['boot'] } = {}) =>
  createIdentity({
    crypto,
    entropy,
    mesh: MeshId(`mesh_${'ab'.repeat(32)}`),
    manifest: 'cd'.repeat(32),
    zone: ZoneId('eu-west'),
    nowMs,
    ...of,
  })

const world = (lifetimeMs = 24 * hourMs) => {
  const state = { nowMs: startMs, isBroken: false, quoted: 0, shown: [] as NodeIdentity[] }
  const first = make(startMs, { lifetimeMs })
  const identities = createOwnIdentities({
    crypto,
    clock: { nowMs: () => state.nowMs, sleep: async () => undefined },
    evidence: {
      measurement: '00'.repeat(32),
      quote: async (reportData) => {
        state.quoted += 1
        if (state.isBroken) throw new Error('the device is gone')
        return reportData
      },
      collateral: async () => utf8(JSON.stringify(noCollateral)),
    },
    first: { identity: first, quote: reportDataOf(first.document) },
    make: ({ boot }) => make(state.nowMs, { boot, lifetimeMs }),
    show: async ({ identity }) => void state.shown.push(identity),
  })
  const at = async (hours: number) => {
    state.nowMs = startMs + hours * hourMs
    await identities.tick()
    return identities.current()
  }
  return { state, first, identities, at }
}

const isErased = ({ tls, sealing, signing }: NodeIdentity): boolean =>
  [tls, sealing, signing].every((secret) => secret.length === 0)
const nameOf = ({ document }: NodeIdentity): string => toHex(crypto.sha256(document))

describe('the identities of a boot', () => {
  it('are renewed at the half of their life, and erased at its end', async () => {
    const { first, identities, at, state } = world()
    await identities.start()
    expect(await at(11.9)).toBe(first)
    const second = await at(12)
    expect(second).not.toBe(first)
    expect(second.boot).toBe(first.boot)
    expect(second.sealingPublicKey).not.toEqual(first.sealingPublicKey)
    expect(state.shown).toEqual([second])
    expect(identities.find((one) => one === first)).toBe(first)
    await at(23.9)
    expect([isErased(first), identities.find((one) => one === first)]).toEqual([false, first])
    await at(24)
    expect([isErased(first), identities.find((one) => one === first)]).toEqual([true, undefined])
    expect(isErased(second)).toBe(false)
    identities.stop()
    expect(isErased(identities.current())).toBe(true)
  })

  it('are what evidence names, each with a quote over its own document', async () => {
    const { identities, at } = world()
    await identities.start()
    const seen = new Set<string>()
    for (let hours = 0; hours < 72; hours += 1) {
      const current = await at(hours)
      const answer = identities.answer(nonce)
      if (!answer.ok) throw new Error(answer.refusal.code)
      const { identity, quote } = JSON.parse(Buffer.from(answer.value).toString()) as {
        readonly identity: string
        readonly quote: string
      }
      const document = Buffer.from(identity, 'base64url')
      expect(document.equals(current.document)).toBe(true)
      expect(Buffer.from(quote, 'base64url').equals(reportDataOf(current.document))).toBe(true)
      seen.add(nameOf(current))
    }
    expect(seen.size).toBe(6)
    identities.stop()
  })

  it('say that they are over where there is no quote, and go on once there is', async () => {
    const { state, first, identities, at } = world()
    await identities.start()
    state.isBroken = true
    expect(await at(13)).toBe(first)
    await at(13)
    expect([identities.failures(), state.quoted]).toEqual([1, 1])
    expect(identities.answer(nonce).ok).toBe(true)
    await at(25)
    expect(identities.answer(nonce)).toMatchObject({ refusal: { code: 'identity_expired' } })
    expect(identities.find(() => true)).toBeUndefined()
    state.isBroken = false
    const next = await at(25.1)
    expect([next === first, isErased(first), identities.failures()]).toEqual([false, true, 0])
    expect(identities.answer(nonce).ok).toBe(true)
    identities.stop()
  })

  it('are made anew where the clock falls behind their beginning, a few at a time', async () => {
    const { first, identities, at } = world()
    await identities.start()
    const behind = await at(-1000)
    expect(behind.notBeforeMs).toBe(startMs - 1000 * hourMs)
    const made = [first, behind]
    for (const hours of [1000, -1000, 1000]) made.push(await at(hours))
    expect(made.slice(0, -3).every(isErased)).toBe(true)
    identities.stop()
    expect(made.every(isErased)).toBe(true)
  })

  it('live no longer than verifiers allow', () => {
    const long = make(startMs, { lifetimeMs: 400 * 24 * hourMs })
    expect(long.notAfterMs - long.notBeforeMs).toBe(identityLifetimeMsMax)
  })
})
