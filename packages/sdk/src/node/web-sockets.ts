/** WebSockets by ws, over connections whose TLS key is pinned. */
import { TLSSocket } from 'node:tls'
import { frameBytesMax } from '@holdfast/base/limits'
import { WebSocket } from 'ws'
import { type Transport, unreachable } from '../transport.ts'
import type { PinnedKeys } from './pinned-keys.ts'

const bytesOf = (data: Buffer | ArrayBuffer | Buffer[]): Uint8Array =>
  Array.isArray(data)
    ? new Uint8Array(Buffer.concat(data))
    : data instanceof ArrayBuffer
      ? new Uint8Array(data)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

export const webSockets =
  (keys: PinnedKeys): Transport['webSocket'] =>
  (url, handlers, { timeoutMs }) =>
    new Promise((resolve, reject) => {
      const origin = new URL(url).origin.replace(/^ws/, 'http')
      const socket = new WebSocket(url, {
        rejectUnauthorized: false,
        handshakeTimeout: timeoutMs,
        maxPayload: frameBytesMax,
        perMessageDeflate: false,
      })
      let open = false
      let trusted = true
      socket.on('upgrade', (response) => {
        const { socket: link } = response
        trusted = link instanceof TLSSocket ? keys.accepts(origin, link) : url.startsWith('ws:')
      })
      socket.on('open', () => {
        if (!trusted) {
          socket.terminate()
          reject(unreachable('the TLS key is not the one that the evidence names'))
          return
        }
        open = true
        resolve({
          send: (data) => socket.send(data),
          close: () => {
            socket.close()
            // A node that is gone does not answer the closing handshake.
            setTimeout(() => socket.terminate(), closeTimeoutMs).unref()
          },
        })
      })
      socket.on('message', (data, isBinary) => {
        const bytes = bytesOf(data)
        handlers.message(isBinary ? bytes : new TextDecoder().decode(bytes))
      })
      socket.on('error', () => {
        if (!open) reject(unreachable('the node does not open a WebSocket'))
      })
      socket.on('close', () => {
        if (open) handlers.closed('the connection was closed')
        else reject(unreachable('the node does not open a WebSocket'))
      })
    })

const closeTimeoutMs = 500
