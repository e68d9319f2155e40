import { utf8 } from '@holdfast/base/bytes'
import { RefusalError } from '@holdfast/base/errors'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, closeAll, startNode, startPair, until } from '../testing/mesh-nodes.ts'
import { bootOf } from '../testing/tls-identity.ts'
import type { MeshOptions } from './create-mesh.ts'
import { meshPayloadBytesMax } from './frame.ts'

afterEach(closeAll)

describe('a mesh link', () => {
  it('carries questions and answers, each pair by its number', async () => {
    const { listener, dialer } = await startPair({
      listener: {
        answer: async (text) => {
          await new Promise((resolve) => setTimeout(resolve, Number(text) % 7))
          return utf8(`re ${text}`)
        },
      },
    })
    const asked = Array.from({ length: 500 }, (_, index) => `${index}`)
    const answers = await Promise.all(asked.map((text) => ask(dialer, 'a', text)))
    expect(answers).toEqual(asked.map((text) => `re ${text}`))
    expect(listener.questions[0]).toBe('us: 0')
    expect(dialer.mesh.peers()).toMatchObject([{ zone: 'eu', boot: bootOf('a'), level: 1 }])
    expect(dialer.mesh.peers()[0]?.roundTripMs).toBeGreaterThan(0)
  })

  it('carries the largest payload and refuses a larger one', async () => {
    const { dialer } = await startPair({ listener: { answer: async () => new Uint8Array(3) } })
    const boot = bootOf('a')
    const largest = new Uint8Array(meshPayloadBytesMax)
    const options = { timeoutMs: 5000 }
    expect(await dialer.mesh.ask(boot, largest, options)).toMatchObject({ ok: true })
    const larger = new Uint8Array(meshPayloadBytesMax + 1)
    expect(await dialer.mesh.ask(boot, larger, options)).toMatchObject({
      refusal: { code: 'too_large' },
    })
  })

  it('asks over the link that it dialled, never over the one that it took', async () => {
    const { listener } = await startPair()
    expect(listener.mesh.peers()).toEqual([])
    expect(await ask(listener, 'b', 'hello')).toBe('unreachable')
  })

  it('answers unreachable in time, and the late answer to nobody', async () => {
    const { dialer } = await startPair({
      listener: {
        answer: async (text) => {
          if (text === 'slow') await new Promise((resolve) => setTimeout(resolve, 120))
          return utf8(text)
        },
      },
    })
    expect(await ask(dialer, 'a', 'slow', 40)).toBe('unreachable')
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(await ask(dialer, 'a', 'quick')).toBe('quick')
  })

  it('answers every waiting question when the link breaks, says so, and comes back', async () => {
    const { listener, dialer } = await startPair({
      listener: { answer: () => new Promise(() => undefined) },
    })
    const waiting = ask(dialer, 'a', 'question')
    await until(() => listener.questions.length > 0)
    await listener.mesh.stop()
    expect(await waiting).toBe('unreachable')
    await until(() => dialer.downs.length === 1)
    expect(dialer.mesh.peers()).toEqual([])
    await startNode({ name: 'c', listen: { host: '127.0.0.1', port: listener.port } })
    await until(() => dialer.ups.length === 2)
    expect(await ask(dialer, 'c', 'again')).toBe('re again')
  })

  it('survives a handler that fails', async () => {
    const { dialer } = await startPair({
      listener: { answer: () => Promise.reject(new Error('fault')) },
    })
    expect(await ask(dialer, 'a', 'x')).toBe('internal')
    expect(await ask(dialer, 'a', 'x')).toBe('internal')
  })

  it('refuses questions past the bound of what is in flight', async () => {
    const { dialer } = await startPair({
      listener: { answer: () => new Promise(() => undefined) },
    })
    const asked = Array.from({ length: 4100 }, () => ask(dialer, 'a', 'x', 300))
    const answers = await Promise.all(asked)
    expect(answers.filter((answer) => answer === 'limit_reached')).toHaveLength(4)
    expect(answers.filter((answer) => answer === 'unreachable')).toHaveLength(4096)
  })

  it('answers in the turns of the zone that asks, and is busy where too much waits', async () => {
    const seen: object[] = []
    let isFull = false
    const turns: MeshOptions['turns'] = {
      take: async (caller, action) => {
        seen.push(caller)
        if (isFull) throw new RefusalError({ code: 'limit_reached', detail: 'too much waits' })
        return action()
      },
    }
    const { dialer } = await startPair({ listener: { turns } })
    expect(await ask(dialer, 'a', 'hello')).toBe('re hello')
    expect(seen).toEqual([{ key: 'us', kind: 'peers' }])
    isFull = true
    expect(await ask(dialer, 'a', 'hello')).toBe('limit_reached')
  })

  it('gives one node one link, however many addresses lead to it', async () => {
    const listener = await startNode()
    const dialer = await startNode({
      zone: 'us',
      name: 'b',
      to: [
        ['eu', listener.port],
        ['eu', listener.port],
      ],
    })
    await until(() => dialer.ups.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(dialer.mesh.peers()).toHaveLength(1)
    expect(dialer.ups).toHaveLength(1)
    expect(await ask(dialer, 'a', 'x')).toBe('re x')
  })
})
