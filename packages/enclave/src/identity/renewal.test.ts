import { type Verdict, verifyEvidence } from '@holdfast/attestation'
import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import { fromBase64Url, utf8 } from '@holdfast/base/bytes'
import type { ErrorCode } from '@holdfast/base/errors'
import { type Evidence, parseEvidence } from '@holdfast/base/evidence'
import { momentMs } from '@holdfast/base/moment'
import type { KeyRequest } from '@holdfast/base/requests/wallet-create'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEntropy } from '../crypto/entropy.ts'
import { codeOf, signRequest } from '../testing/core-world.ts'
import { importedKey } from '../testing/kmip-world.ts'
import { openSealed, type SealedClient } from '../testing/sealed-client.ts'
import { createRequest, send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

const entropy = createEntropy()
const minuteMs = 60_000
let mesh: TestMesh
let alice: TestKey
let wallet: Wallet
beforeAll(async () => {
  mesh = await createTestMesh()
  mesh.govern({ expiresAt: new Date(mesh.nowMs() + 90 * 24 * 60 * minuteMs).toISOString() })
  alice = testKey(mesh, 'alice')
  wallet = (await enrolWallet(mesh, [alice])).wallet
})
afterAll(() => mesh.stop())

type Verified = { readonly verdict: Verdict; readonly evidence: Evidence }

/** Fresh evidence of a zone's node, as a client verifies it. */
const verify = async (zone: string): Promise<Verified> => {
  const nonce = entropy.bytes(32)
  const answer = await mesh.node(zone).core.evidence({}, nonce)
  if (!answer.ok) throw new Error(answer.refusal.code)
  const evidence = parseEvidence(answer.value)
  const nowMs = mesh.nowMs()
  const result = verifyEvidence({ evidence, manifest: mesh.manifest, nowMs, nonce })
  if (!result.ok) throw new Error(result.refusal.code)
  return { verdict: result.value, evidence }
}

const pass = async (ms: number): Promise<void> => {
  mesh.advance(ms)
  for (const zone of mesh.disks.keys()) await mesh.node(zone).core.tick()
  await new Promise((resolve) => setTimeout(resolve, 2))
}

const sign = (session: SealedClient) => {
  const bytes = utf8(JSON.stringify(signRequest(mesh, wallet)))
  return session.ask<SignAnswer>(bytes, [alice.authorise('sign', bytes)])
}

/** The code of what is thrown. */
const thrown = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'ok',
    (error: unknown) => (error as Error).message,
  )

const importOf = ({ verdict }: Verified, secret: Uint8Array): KeyRequest => {
  const { boot, sealingPublicKey } = verdict.identity
  return importedKey(mesh, {
    name: 'hot',
    kind: 'secp256k1',
    format: 'raw',
    secret,
    accounts: [{ chain: 'ethereum' }],
    to: { boot, sealingPublicKey: fromBase64Url(sealingPublicKey) },
  })
}

describe('a mesh whose identities are renewed', () => {
  it('answers nonces and signs at every hour of a day, by sessions old and new', async () => {
    const zone = 'us-east'
    let open = await openSealed(mesh, zone, await verify(zone))
    const identities = new Set<string>()
    const boots = new Set<string>()
    for (let hours = 0; hours < 26; hours += 1) {
      await pass(60 * minuteMs)
      const { evidence, verdict } = await verify(zone)
      identities.add(Buffer.from(evidence.identity).toString())
      boots.add(verdict.identity.boot)
      // A client that verified now has hours before it must verify again.
      expect(momentMs(verdict.identity.notAfter) - mesh.nowMs()).toBeGreaterThan(11 * 3_600_000)
      const answer = await sign(open).catch(async (error: unknown) => {
        // Sessions live an hour, whatever the identity.
        expect((error as Error).message).toBe('unknown_session')
        open = await openSealed(mesh, zone, await verify(zone))
        return sign(open)
      })
      expect(codeOf(answer)).toBe('ok')
    }
    expect([boots.size, identities.size]).toEqual([1, 3])
  })

  it('goes on with a session of the identity before until that ends, and not beyond', async () => {
    const zone = 'eu-west'
    const before = await verify(zone)
    const endMs = momentMs(before.verdict.identity.notAfter)
    await pass(endMs - 20 * minuteMs - mesh.nowMs())
    expect((await verify(zone)).evidence.identity).not.toEqual(before.evidence.identity)
    const session = await openSealed(mesh, zone, before)
    expect(codeOf(await sign(session))).toBe('ok')
    await pass(endMs - 1000 - mesh.nowMs())
    expect(codeOf(await sign(session))).toBe('ok')
    await pass(endMs - mesh.nowMs())
    expect(await thrown(sign(session))).toBe('unknown_session')
    expect(await thrown(openSealed(mesh, zone, before))).toBe('identity_expired')
    const result = verifyEvidence({
      evidence: before.evidence,
      manifest: mesh.manifest,
      nowMs: mesh.nowMs(),
    })
    expect(result).toMatchObject({ refusal: { code: 'identity_expired' } })
  })

  it('opens what was sealed to the identity before until that ends, and then says so', async () => {
    const { core } = mesh.node('eu-west')
    const before = await verify('eu-west')
    const endMs = momentMs(before.verdict.identity.notAfter)
    const create = async (seed: number): Promise<ErrorCode | 'ok'> => {
      const keys = [importOf(before, new Uint8Array(32).fill(seed))]
      const request = createRequest(mesh, [alice], { keys })
      const answer = await send<WalletAnswer>(core, request, 'enrol', [alice])
      return answer.ok ? 'ok' : answer.code
    }
    await pass(endMs - 30 * minuteMs - mesh.nowMs())
    expect((await verify('eu-west')).evidence.identity).not.toEqual(before.evidence.identity)
    expect(await create(1)).toBe('ok')
    await pass(30 * minuteMs)
    expect(await create(2)).toBe('identity_renewed')
  })
})
