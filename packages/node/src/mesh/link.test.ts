import { afterEach, describe, expect, it } from 'vitest'
import {
  closeAll,
  closeLater,
  question,
  rawClient,
  startNode,
  until,
} from '../testing/mesh-nodes.ts'
import { testTlsIdentity } from '../testing/tls-identity.ts'
import { meshTlsOptions } from './tls-peer.ts'

afterEach(closeAll)

describe('hostile frames on a mesh link', () => {
  const honest = () => meshTlsOptions(testTlsIdentity('us', 'b'))
  // Time runs fifty times faster, so that a timeout of ten seconds is not waited for.
  const fast = { nowMs: () => performance.now() * 50 }

  it('end the link where they are larger than the limit', async () => {
    const listener = await startNode()
    const { state } = rawClient(listener.port, honest(), Buffer.from('ffffffff', 'hex'))
    await until(() => state.ended)
  })

  it('end the link where they are of an unknown type', async () => {
    const listener = await startNode()
    const frame = question('x')
    frame[4] = 77
    const { state } = rawClient(listener.port, honest(), frame)
    await until(() => state.ended)
    expect(listener.questions).toEqual([])
  })

  it('are not parsed where the stream ends within one', async () => {
    const listener = await startNode()
    const { socket, state } = rawClient(listener.port, honest())
    await until(() => state.received > 0)
    socket.end(question('hello').subarray(0, 8))
    await until(() => state.ended)
    expect(listener.questions).toEqual([])
  })

  it('end the link where one does not end in time', async () => {
    const listener = await startNode(fast)
    const { socket, state } = rawClient(listener.port, honest())
    await until(() => state.received > 0)
    const slow = setInterval(() => socket.write(Buffer.of(0)), 50)
    closeLater(() => clearInterval(slow))
    socket.write(question(new Uint8Array(1000)).subarray(0, 20))
    await until(() => state.ended)
    expect(listener.questions).toEqual([])
  })

  it('end the link where the peer is silent', async () => {
    const listener = await startNode(fast)
    const { state } = rawClient(listener.port, honest())
    await until(() => state.ended)
    expect(state.secure).toBe(true)
  })
})
