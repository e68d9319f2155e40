import { afterEach, describe, expect, it } from 'vitest'
import { ask, bothSides, closeAll, startNode, startPair, until } from '../testing/mesh-nodes.ts'
import { silentLogs, testTlsIdentity } from '../testing/tls-identity.ts'

afterEach(closeAll)

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a link by identities that end', () => {
  it('is followed by another before, without a question that fails', async () => {
    const lifetimeMs = 4000
    const { dialer, listener, reasons } = await bothSides(lifetimeMs)
    const seen: string[] = []
    const endAt = performance.now() + 2.5 * lifetimeMs
    const asks = (async () => {
      for (let number = 0; performance.now() < endAt; number += 1) {
        seen.push(await ask(dialer, 'a', `${number}`))
        await pause(10)
      }
    })()
    while (performance.now() < endAt) {
      await pause(lifetimeMs / 2)
      listener.mesh.setIdentity(testTlsIdentity('eu', 'a', lifetimeMs))
      dialer.mesh.setIdentity(testTlsIdentity('us', 'b', lifetimeMs))
    }
    await asks
    expect(seen.filter((answer) => !answer.startsWith('re '))).toEqual([])
    expect([dialer.ups.length, dialer.downs]).toEqual([1, []])
    const ended = reasons.filter((reason) => reason === 'an identity of the link has ended')
    expect(ended.length).toBeGreaterThan(1)
  })

  it('is cut at the end where the peer has no other', async () => {
    const { dialer } = await startPair({
      listener: { identity: testTlsIdentity('eu', 'a', 1500) },
    })
    expect(dialer.downs).toEqual([])
    const beganMs = performance.now()
    await until(() => dialer.downs.length > 0)
    expect(performance.now() - beganMs).toBeLessThan(2000)
  })

  it('is cut at the end of this node’s own identity', async () => {
    const listener = await startNode()
    const dialer = await startNode({
      zone: 'us',
      name: 'b',
      to: [['eu', listener.port]],
      identity: testTlsIdentity('us', 'b', 1500),
      logs: silentLogs,
    })
    await until(() => dialer.ups.length > 0)
    await until(() => dialer.downs.length > 0)
  })
})
