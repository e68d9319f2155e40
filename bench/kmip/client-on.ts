/** The KMIP client of all measurements, at KMIP 1.4, on a connection that is open. */
import type { TLSSocket } from 'node:tls'
import { KmipClient } from '@holdfast/kmip'
import { answerTimeoutMs } from '../limits.ts'

export const clientOn = (socket: TLSSocket): KmipClient => {
  socket.setNoDelay(true)
  // What breaks ends the calls in flight by the close that follows.
  socket.on('error', () => undefined)
  const stream: ConstructorParameters<typeof KmipClient>[0] = {
    write: (bytes) => void socket.write(bytes),
    onData: (listener) => void socket.on('data', listener),
    onClose: (listener) => void socket.on('close', listener),
    close: () => void socket.destroy(),
  }
  const start = (delayMs: number, action: () => void) => {
    const timeout = setTimeout(action, delayMs)
    return { cancel: () => clearTimeout(timeout) }
  }
  return new KmipClient(stream, { timer: { start }, timeoutMs: answerTimeoutMs, version: '1.4' })
}
