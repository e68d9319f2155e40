/** Connections that say what no client of good will says, and what comes back. */
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

export type RawConnection = Disposable & {
  readonly socket: Socket
  /** Everything that came, once the other side has closed; throws after the time. */
  ended(timeoutMs: number): Promise<string>
  isOpen(): boolean
  received(): string
}

const watch = (socket: Socket): RawConnection => {
  let received = ''
  let open = true
  socket.on('data', (part: Buffer) => {
    received += part.toString('latin1')
  })
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => {
    // This side never closes its half by itself.
    for (const event of ['end', 'close']) {
      socket.once(event, () => {
        open = false
        resolve()
      })
    }
  })
  return {
    socket,
    isOpen: () => open,
    received: () => received,
    ended: async (timeoutMs) => {
      const late = new Promise<never>((_, reject) => {
        const error = new Error(`the connection is still open: ${received.slice(0, 200)}`)
        setTimeout(() => reject(error), timeoutMs).unref()
      })
      await Promise.race([closed, late])
      return received
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

const addressOf = (url: string): { readonly host: string; readonly port: number } => {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

export const rawTcp = async (url: string, text?: string | Uint8Array): Promise<RawConnection> => {
  const connection = watch(connectTcp({ ...addressOf(url), allowHalfOpen: true }))
  await once(connection.socket, 'connect')
  if (text !== undefined) connection.socket.write(text)
  return connection
}

/** Whether a TLS handshake with these options succeeds, and by which version. */
export const tlsHandshake = (
  url: string,
  options: ConnectionOptions,
): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connectTls({ ...addressOf(url), rejectUnauthorized: false, ...options })
    socket.once('secureConnect', () => {
      resolve(socket.getProtocol() ?? undefined)
      socket.destroy()
    })
    socket.once('error', () => resolve(undefined))
    socket.once('close', () => resolve(undefined))
  })

/** How many bytes of application data come back for some, until the other side closes. */
export const tlsConversation = (
  url: string,
  options: ConnectionOptions,
  said: Uint8Array,
): Promise<number> =>
  new Promise((resolve, reject) => {
    let received = 0
    const socket = connectTls({ ...addressOf(url), rejectUnauthorized: false, ...options }, () =>
      socket.write(said),
    )
    socket.setTimeout(15_000, () => reject(new Error('the connection is still open')))
    socket.on('data', (part: Buffer) => {
      received += part.length
    })
    socket.on('error', () => undefined)
    socket.once('close', () => resolve(received))
  })

/** Status and code of the problem in an answer that was read as text. */
export const problemIn = (answer: string): readonly [status: number, code: string] => {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4)
  const code = /"code":"([a-z_]+)"/.exec(body)?.[1]
  return [status, code ?? '']
}
