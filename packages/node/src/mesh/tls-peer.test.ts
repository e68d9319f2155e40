import { refuse } from '@holdfast/base/errors'
import { afterEach, describe, expect, it } from 'vitest'
import {
  ask,
  closeAll,
  question,
  rawClient,
  rawServer,
  startNode,
  startPair,
  until,
} from '../testing/mesh-nodes.ts'
import { bootOf, testTlsIdentity, testVerifyPeer } from '../testing/tls-identity.ts'
import type { VerifyPeer } from './peer-verdict.ts'
import { meshTlsOptions } from './tls-peer.ts'

afterEach(closeAll)

describe('who may have a link', () => {
  it('sends no byte to a dialling peer without good evidence, and parses none', async () => {
    const listener = await startNode()
    const liar = meshTlsOptions(testTlsIdentity('liar', 'x'))
    const { state } = rawClient(listener.port, liar, question('hello'))
    await until(() => state.ended)
    expect(state).toMatchObject({ secure: true, received: 0 })
    expect(listener.questions).toEqual([])
  })

  it('sends no byte to a dialled peer without good evidence', async () => {
    let connections = 0
    let received = 0
    const port = await rawServer(
      meshTlsOptions(testTlsIdentity('liar', 'x')),
      (socket) => {
        socket.on('error', () => undefined)
        socket.on('data', (part: Buffer) => {
          received += part.length
        })
        socket.write(question('hello'))
      },
      () => {
        connections += 1
      },
    )
    const dialer = await startNode({ name: 'b', to: [['eu', port]] })
    await until(() => connections >= 2)
    expect(received).toBe(0)
    expect([dialer.questions, dialer.ups]).toEqual([[], []])
  })

  it('sends and parses nothing while the evidence is being judged', async () => {
    let judge: (() => void) | undefined
    const verify: VerifyPeer = async (der) => {
      await new Promise<void>((resolve) => {
        judge = resolve
      })
      return testVerifyPeer(der)
    }
    const listener = await startNode({ verify })
    const honest = meshTlsOptions(testTlsIdentity('us', 'b'))
    const { state } = rawClient(listener.port, honest, question('hello'))
    await until(() => judge !== undefined)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(state.received).toBe(0)
    expect(listener.questions).toEqual([])
    judge?.()
    await until(() => state.received > 0)
    expect(listener.questions).toEqual(['us: hello'])
  })

  it('cuts a dialled peer that is of another zone than configured', async () => {
    const listener = await startNode({ zone: 'asia' })
    const dialer = await startNode({ name: 'b', to: [['eu', listener.port]] })
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect([dialer.ups, listener.questions]).toEqual([[], []])
  })

  it('cuts a link to itself', async () => {
    const port = await rawServer(meshTlsOptions(testTlsIdentity('eu', 'b')), (socket) => {
      socket.on('error', () => undefined)
    })
    const dialer = await startNode({ name: 'b', to: [['eu', port]] })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(dialer.ups).toEqual([])
  })

  it('refuses TLS 1.2 in both directions', async () => {
    const listener = await startNode()
    const old = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const
    const identity = meshTlsOptions(testTlsIdentity('us', 'b'))
    const { state } = rawClient(listener.port, { ...identity, ...old })
    await until(() => state.ended)
    expect(state.secure).toBe(false)
    let connections = 0
    const port = await rawServer({ ...identity, ...old }, () => {
      connections += 1
    })
    const dialer = await startNode({ name: 'c', to: [['us', port]] })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([connections, dialer.ups.length]).toEqual([0, 0])
  })

  it('refuses a peer without a certificate or with another protocol', async () => {
    const listener = await startNode()
    const { key: _key, cert: _cert, ...bare } = meshTlsOptions(testTlsIdentity('us', 'b'))
    const identity = meshTlsOptions(testTlsIdentity('us', 'b'))
    const attempts = [
      rawClient(listener.port, bare, question('hello')),
      rawClient(listener.port, { ...identity, ALPNProtocols: [] }, question('hello')),
      rawClient(listener.port, { ...identity, ALPNProtocols: ['h2'] }, question('hello')),
    ]
    for (const { state } of attempts) {
      await until(() => state.ended)
      expect(state.received).toBe(0)
    }
    expect(listener.questions).toEqual([])
  })

  it('gives out no ticket to resume a session with', async () => {
    const listener = await startNode()
    const identity = meshTlsOptions(testTlsIdentity('us', 'b'))
    const { socket, state } = rawClient(listener.port, identity, question('hello'))
    await until(() => state.received > 0)
    const session = socket.getSession()
    socket.destroy()
    const again = rawClient(listener.port, { ...identity, session }, question('hello'))
    await until(() => again.state.received > 0)
    expect(again.socket.isSessionReused()).toBe(false)
  })

  it('cuts a link when its verdict is no longer good', async () => {
    let good = true
    const verify: VerifyPeer = async (der) =>
      good ? testVerifyPeer(der) : refuse('unauthenticated', 'no longer')
    const { dialer } = await startPair({ dialer: { verify } })
    await dialer.mesh.renewVerdicts()
    expect(dialer.downs).toEqual([])
    good = false
    await dialer.mesh.renewVerdicts()
    expect(dialer.downs).toEqual([bootOf('a')])
    expect(await ask(dialer, 'a', 'x')).toBe('unreachable')
  })
})
