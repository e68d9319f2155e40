/** Nodes in memory behind a transport: they end or relay sealed sessions, and may be down. */
import { type Bytes, fromHex, utf8 } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { type Refusal, refuse, toProblem } from '@holdfast/base/errors'
import { SessionId } from '@holdfast/base/ids'
import { answerNoise, type NoiseChannel } from '@holdfast/base/noise'
import {
  encodeSessionAnswer,
  parseSessionRequest,
  type SessionRequest,
} from '@holdfast/base/session'
import { z } from 'zod'
import { primitives } from '../crypto/primitives.ts'
import { randomBytes } from '../entropy.ts'
import { type HttpAnswer, type SocketHandlers, type Transport, unreachable } from '../transport.ts'
import type { FakeEnclave, FakeMesh } from './fake-mesh.ts'

export type FakeAnswer = { readonly status: number; readonly body: unknown }

/** What an enclave answers; several nodes may share one enclave's answers through relays. */
export type Answer = (request: SessionRequest, by: FakeEnclave) => FakeAnswer | undefined

export type FakeNode = {
  readonly url: string
  enclave: FakeEnclave
  /** Enclaves that it names for `?wallet=…` and `?zone=…`, by the query's value. */
  readonly knows: Map<string, FakeEnclave>
  /** Body of `GET /v1/trust`. */
  trust?: object
  up: boolean
  /** As SIGSTOP does: connections open, and nothing comes. */
  stopped?: boolean
}

export const refusal = (code: Refusal['code']): FakeAnswer => {
  const problem = toProblem(refuse(code, 'scripted').refusal)
  return { status: problem.status, body: problem }
}

const opening = z.tuple([z.string(), z.instanceof(Uint8Array), z.instanceof(Uint8Array)])

type Ended = {
  readonly noise: NoiseChannel
  readonly enclave: FakeEnclave
  readonly node: FakeNode
}

export const fakeNetwork = (mesh: FakeMesh, answer: Answer) => {
  const nodes = new Map<string, FakeNode>()
  const enclaves = new Map<string, FakeEnclave>()
  const sessions = new Map<string, Ended>()
  /** Everything that a node could see on its wires. */
  const wire: Bytes[] = []
  const sockets: { node: FakeNode; handlers: SocketHandlers }[] = []

  const open = (node: FakeNode, body: Bytes): { id: SessionId; message: Bytes } => {
    const [boot, prologue, message] = parseCbor(opening, body)
    const enclave = enclaves.get(boot)
    if (enclave === undefined) throw unreachable('no such enclave')
    const answered = answerNoise({
      primitives,
      prologue,
      ephemeralPrivateKey: randomBytes(32),
      staticPrivateKey: enclave.sealingPrivateKey,
      untrustedMessage: message,
    })
    if (!answered.ok) throw new Error(answered.refusal.code)
    const id = SessionId.of(randomBytes(16))
    sessions.set(id, { noise: answered.value.channel, enclave, node })
    return { id, message: answered.value.message }
  }
  const frame = (id: string, sealed: Bytes): Bytes | undefined => {
    const session = sessions.get(id)
    if (session === undefined) return undefined
    const opened = session.noise.receive.open(sealed)
    if (!opened.ok) throw new Error('the frame does not open')
    const request = parseSessionRequest(opened.value)
    const given = answer(request, session.enclave)
    if (given === undefined) return undefined
    const body = utf8(JSON.stringify(given.body))
    const out = session.noise.send.seal(
      encodeSessionAnswer({ number: request.number, status: given.status, body }),
    )
    return out.ok ? out.value : undefined
  }
  const json = (status: number, body: Bytes): HttpAnswer => ({
    status,
    contentType: 'application/json',
    body,
  })
  const problem = (code: Refusal['code']): HttpAnswer => {
    const { status, body } = refusal(code)
    return json(status, utf8(JSON.stringify(body)))
  }
  const evidence = (node: FakeNode, query: URLSearchParams): HttpAnswer => {
    const named = query.get('wallet') ?? query.get('zone') ?? query.get('boot')
    const enclave = named === null ? node.enclave : node.knows.get(named)
    if (enclave === undefined) return problem('unknown')
    return json(200, enclave.evidence(fromHex(query.get('nonce') ?? '')))
  }
  const transport: Transport = {
    http: async ({ method, url, body, timeoutMs }) => {
      const { origin, pathname, searchParams } = new URL(url)
      const node = nodes.get(origin)
      if (node?.up !== true) throw unreachable('down')
      if (node.stopped === true) {
        await new Promise((resolve) => setTimeout(resolve, timeoutMs))
        throw unreachable('stopped')
      }
      if (body !== undefined) wire.push(body)
      if (pathname === '/v1/manifest') return json(200, mesh.chain())
      if (pathname === '/v1/trust') {
        if (node.trust === undefined) return problem('not_ready')
        return json(200, utf8(JSON.stringify(node.trust)))
      }
      if (pathname === '/v1/evidence') return evidence(node, searchParams)
      if (pathname === '/v1/sessions' && body !== undefined) {
        const { id, message } = open(node, body)
        return { status: 200, contentType: 'application/cbor', body: toCbor([id, message]) }
      }
      if (method === 'DELETE') return json(204, new Uint8Array(0))
      const out = frame(pathname.split('/').at(-1) ?? '', body ?? new Uint8Array(0))
      if (out === undefined) return problem('unknown_session')
      return { status: 200, contentType: 'application/octet-stream', body: out }
    },
    webSocket: async (url, handlers) => {
      const node = nodes.get(new URL(url).origin.replace('ws', 'http'))
      if (node?.up !== true) throw unreachable('down')
      sockets.push({ node, handlers })
      let id: SessionId | undefined
      return {
        close: () => undefined,
        send: (data) => {
          wire.push(data)
          queueMicrotask(() => {
            if (node.stopped === true) return
            if (id === undefined) {
              const opened = open(node, data)
              id = opened.id
              handlers.message(toCbor([opened.id, opened.message]))
              return
            }
            const out = node.up ? frame(id, data) : undefined
            if (out !== undefined) handlers.message(out)
          })
        },
      }
    },
  }
  return {
    transport,
    wire,
    addNode: (url: string, enclave: FakeEnclave): FakeNode => {
      const node: FakeNode = { url, enclave, knows: new Map(), up: true }
      nodes.set(url, node)
      enclaves.set(enclave.boot, enclave)
      return node
    },
    addEnclave: (enclave: FakeEnclave) => void enclaves.set(enclave.boot, enclave),
    /** Cuts every socket of a node. */
    cut: (node: FakeNode): void => {
      for (const socket of sockets) {
        if (socket.node === node) socket.handlers.closed('cut')
      }
    },
  }
}
