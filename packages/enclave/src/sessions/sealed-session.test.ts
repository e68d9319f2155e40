import { fromHex, fromUtf8, toHex, utf8 } from '@holdfast/base/bytes'
import { startNoise } from '@holdfast/base/noise'
import { encodeSessionRequest, parseSessionAnswer, sessionPrologue } from '@holdfast/base/session'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { signRequest, until } from '../testing/core-world.ts'
import { expiresAt, ownerPolicy, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
const core = (zone: string): Core => mesh.node(zone).core
const create = (overrides = {}, keys = [alice], at = 'eu-west') =>
  enrolWallet(mesh, keys, overrides, at)

beforeAll(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
})
afterAll(() => mesh.stop())

describe('a sealed session', () => {
  const open = async (at: string, target: string) => {
    const { identity } = mesh.node(target)
    const prologue = sessionPrologue(mesh.crypto.sha256(identity.document))
    const started = startNoise({
      primitives: mesh.crypto,
      prologue,
      ephemeralPrivateKey: mesh.crypto.sha256(utf8(`ephemeral ${at} ${target} ${mesh.nowMs()}`)),
      responderPublicKey: identity.sealingPublicKey,
    })
    if (!started.ok) throw new Error('no handshake')
    const opened = await core(at).openSession({
      boot: identity.boot,
      prologue,
      message: started.value.message,
    })
    if (!opened.ok) throw new Error(opened.refusal.code)
    const finished = started.value.finish(opened.value.message)
    if (!finished.ok) throw new Error('no channel')
    const { channel } = finished.value
    let number = 0
    const ask = async (request: object, purpose: 'sign' | 'session', keys: readonly TestKey[]) => {
      number += 1
      const bytes = utf8(JSON.stringify(request))
      const frame = channel.send.seal(
        encodeSessionRequest({
          number,
          request: bytes,
          authorisations: keys.map((key) => key.authorise(purpose, bytes)),
        }),
      )
      if (!frame.ok) throw new Error('no frame')
      const answer = await core(at).sessionFrame(opened.value.session, frame.value)
      if (!answer.ok) throw new Error(answer.refusal.code)
      const plain = channel.receive.open(answer.value)
      if (!plain.ok) throw new Error('not sealed for us')
      const { status, body } = parseSessionAnswer(plain.value)
      return { status, body: JSON.parse(fromUtf8(body)) as { code?: string } }
    }
    const authenticate = (wallet: Wallet, key: TestKey, handshake = channel.handshakeHash) =>
      ask(
        {
          operation: 'session.authenticate',
          mesh: mesh.mesh,
          expiresAt: expiresAt(mesh),
          handshake: toHex(handshake),
          wallets: [wallet.id],
        },
        'session',
        [key],
      )
    return { ask, authenticate, session: opened.value.session }
  }

  const sessionPolicy = {
    ...ownerPolicy,
    rules: [{ ...ownerPolicy.rules[0]!, proof: 'session' as const }],
  }

  it('signs after it was authenticated once, where the policy accepts that', async () => {
    const { wallet } = await create({ policy: sessionPolicy })
    const session = await open('eu-west', 'eu-west')
    expect((await session.ask(signRequest(mesh, wallet), 'sign', [])).body.code).toBe(
      'unauthenticated',
    )
    expect((await session.authenticate(wallet, alice)).status).toBe(200)
    expect((await session.ask(signRequest(mesh, wallet), 'sign', [])).status).toBe(200)
  })

  it('is not enough where the policy asks for a proof over the request', async () => {
    const { wallet } = await create()
    const session = await open('eu-west', 'eu-west')
    await session.authenticate(wallet, alice)
    const refused = await session.ask(signRequest(mesh, wallet), 'sign', [])
    expect(refused.body.code).toBe('proof_required')
    expect((await session.ask(signRequest(mesh, wallet), 'sign', [alice])).status).toBe(200)
  })

  it('speaks for no wallet that it was not authenticated for, nor by another session', async () => {
    const { wallet } = await create({ policy: sessionPolicy })
    const { wallet: other } = await create({ policy: sessionPolicy })
    const session = await open('eu-west', 'eu-west')
    const stolen = await session.authenticate(wallet, alice, new Uint8Array(32))
    expect(stolen.body.code).toBe('bad_proof')
    expect((await session.authenticate(wallet, testKey(mesh, 'mallory'))).status).toBe(401)
    await session.authenticate(wallet, alice)
    const refused = await session.ask(signRequest(mesh, other), 'sign', [])
    expect(refused.body.code).toBe('unauthenticated')
  })

  it('is relayed by a node that can read none of it', async () => {
    const { wallet } = await create({
      placement: { constraints: { minLevel: 3 } },
      policy: sessionPolicy,
    })
    const session = await open('us-east', 'ap-south')
    await until(() => core('ap-south').status().wallets === core('eu-west').status().wallets)
    expect((await session.authenticate(wallet, alice)).status).toBe(200)
    const signed = await session.ask(signRequest(mesh, wallet), 'sign', [])
    expect(signed.body).toMatchObject({
      receipt: { node: { zone: 'ap-south' }, relayedBy: { zone: 'us-east' } },
    })
  })

  it('refuses a frame that was changed, repeated or meant for another session', async () => {
    const session = await open('eu-west', 'eu-west')
    const garbage = await core('eu-west').sessionFrame(session.session, fromHex('00'.repeat(40)))
    expect(garbage).toMatchObject({ ok: false, refusal: { code: 'bad_seal' } })
  })

  it('ends with its time', async () => {
    const session = await open('eu-west', 'eu-west')
    mesh.advance(61 * 60_000)
    const late = await core('eu-west').sessionFrame(session.session, new Uint8Array(40))
    expect(late).toMatchObject({ ok: false, refusal: { code: 'unknown_session' } })
  })
})
