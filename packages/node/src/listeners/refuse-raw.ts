/** Answers what the HTTP parser refused: there is no request yet, so it is written by hand. */
import type { Socket } from 'node:net'
import { refuse } from '@holdfast/base/errors'
import { endConnection } from './end-connection.ts'
import { problemResponse } from './problem.ts'

export const refuseRaw = (error: Error & { code?: string }, socket: Socket): void => {
  if (!socket.writable || socket.destroyed || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const large = error.code === 'HPE_HEADER_OVERFLOW'
  const { refusal } = slow
    ? refuse('too_slow', 'the request did not arrive in time')
    : large
      ? refuse('too_large', 'the header is larger than the limit')
      : refuse('malformed', 'not an HTTP request')
  const { status, headers, body } = problemResponse(refusal)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`
  endConnection(socket, `HTTP/1.1 ${status} Refused\r\n${lines.join('')}${length}${body}`)
}
