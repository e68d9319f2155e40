/**
 * A proxy on loopback that understands the frames of HTTP/2 (RFC 9113 §4.1) and silences the
 * streams that are open, and no later one: a watch falls silent while calls are answered.
 */
import { createServer, connect as dial, type Socket } from 'node:net'

export type StreamProxy = AsyncDisposable & {
  readonly endpoint: { readonly host: string; readonly port: number }
  /** What the streams that are open now would say is lost. */
  silence(): void
  /** Frames that were lost. */
  lost(): number
}

const headBytes = 9

type Link = { readonly near: Socket; readonly far: Socket; newest: number; silenced: number }

export const startStreamProxy = async (target: {
  readonly host: string
  readonly port: number
}): Promise<StreamProxy> => {
  const links = new Set<Link>()
  let lost = 0

  /** Hands whole frames on, but those of silenced streams. */
  const pass = (link: Link): ((part: Buffer) => void) => {
    let held = Buffer.alloc(0)
    return (part) => {
      held = Buffer.concat([held, part])
      while (held.length >= headBytes) {
        const end = headBytes + held.readUIntBE(0, 3)
        if (held.length < end) return
        const stream = held.readUInt32BE(5) & 0x7f_ff_ff_ff
        link.newest = Math.max(link.newest, stream)
        if (stream > link.silenced || stream === 0) link.near.write(held.subarray(0, end))
        else lost += 1
        held = held.subarray(end)
      }
    }
  }
  const end = (link: Link): void => {
    links.delete(link)
    link.near.destroy()
    link.far.destroy()
  }
  const server = createServer((near) => {
    const far = dial(target)
    const link: Link = { near, far, newest: 0, silenced: 0 }
    links.add(link)
    near.on('data', (part) => far.write(part))
    far.on('data', pass(link))
    for (const socket of [near, far]) {
      socket.on('error', () => end(link))
      socket.on('close', () => end(link))
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as { port: number }
  return {
    endpoint: { host: '127.0.0.1', port },
    silence: () => {
      for (const link of links) link.silenced = link.newest
    },
    lost: () => lost,
    [Symbol.asyncDispose]: async () => {
      for (const link of links) end(link)
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
