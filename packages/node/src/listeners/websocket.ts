/** WebSockets of sealed sessions: one session each, frames in order, bounded both ways. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { refuse } from '@holdfast/base/errors'
import { frameBytesMax } from '@holdfast/base/limits'
import type { Core } from '@holdfast/enclave/core/core-interface'
import { WebSocketServer } from 'ws'
import { connectionSweepMs } from '../limits.ts'
import type { Logs } from '../logs.ts'
import { strangerAt } from './caller.ts'
import { endConnection } from './end-connection.ts'
import type { FairTurns } from './fair-turns.ts'
import { problemResponse } from './problem.ts'
import { openSessionSocket, type SessionSocket } from './session-socket.ts'

export type WebSockets = {
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void
  count(): number
  stop(): void
}

const path = '/v1/session'

/** Writes of one turn leave together: `ws` corks for each frame, this for all of them. */
const createCork = (socket: Socket): (() => void) => {
  let corked = false
  return () => {
    if (corked) return
    corked = true
    socket.cork()
    setImmediate(() => {
      corked = false
      socket.uncork()
    })
  }
}

const refuseUpgrade = (socket: Socket): void => {
  const problem = problemResponse(refuse('unknown_operation', 'no WebSocket here').refusal)
  const { status, body } = problem
  const head = `HTTP/1.1 ${status} Refused\r\ncontent-type: ${problem.headers['content-type']}\r\n`
  const length = `content-length: ${body.length}\r\nconnection: close\r\n\r\n`
  endConnection(socket, `${head}${length}${body}`)
}

export const acceptWebSockets = (core: Core, logs: Logs, turns: FairTurns): WebSockets => {
  const open = new Set<SessionSocket>()
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: frameBytesMax,
    perMessageDeflate: false,
    clientTracking: false,
  })
  // One timer for all: ten thousand idle connections cost no timers.
  const sweep = setInterval(() => {
    const now = performance.now()
    for (const connection of open) connection.sweep(now)
  }, connectionSweepMs)
  sweep.unref()
  return {
    upgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy())
      if ((request.url ?? '').split('?', 1)[0] !== path) return refuseUpgrade(socket)
      server.handleUpgrade(request, socket, head, (webSocket) => {
        const connection = openSessionSocket(webSocket, {
          core,
          turns,
          stranger: strangerAt(socket.remoteAddress),
          cork: createCork(socket),
          onClose: () => open.delete(connection),
        })
        open.add(connection)
        socket.on('drain', () => connection.balance())
        logs.debug('websocket open', { count: open.size })
      })
    },
    count: () => open.size,
    stop: () => {
      clearInterval(sweep)
      for (const connection of open) connection.close()
    },
  }
}
