/** A TCP proxy on loopback that cuts, silences or loses what passes it. */
import { createServer, connect as dial, type Socket } from 'node:net'

export type FaultyProxy = AsyncDisposable & {
  readonly endpoint: { readonly host: string; readonly port: number }
  /** Ends every connection now. */
  cut(): void
  /** Each next connection ends once so many bytes were answered on it; later ones live. */
  cutAfter(answeredBytes: readonly number[]): void
  /**
   * What the connections that are open answer is lost from now on; what is asked still arrives
   * (`answers`) or does not (`all`). New connections are not touched.
   */
  lose(what: 'answers' | 'all'): void
  /** Bytes answered so far, over all connections. */
  answered(): number
  /** Connections that were cut by `cutAfter`. */
  cuts(): number
}

type Link = { readonly near: Socket; readonly far: Socket; lost: 'nothing' | 'answers' | 'all' }

export const startFaultyProxy = async (
  target: { readonly host: string; readonly port: number },
  host = '127.0.0.1',
): Promise<FaultyProxy> => {
  const links = new Set<Link>()
  let budgets: number[] = []
  let answered = 0
  let cuts = 0

  const end = (link: Link): void => {
    links.delete(link)
    link.near.destroy()
    link.far.destroy()
  }
  const server = createServer((near) => {
    const far = dial(target)
    const link: Link = { near, far, lost: 'nothing' }
    links.add(link)
    let budget = budgets.shift() ?? Infinity
    near.on('data', (part) => {
      if (link.lost !== 'all') far.write(part)
    })
    far.on('data', (part) => {
      if (link.lost !== 'nothing') return
      answered += part.length
      budget -= part.length
      if (budget <= 0) {
        cuts += 1
        end(link)
        return
      }
      // The slower side sets the pace, as between two machines.
      if (!near.write(part)) {
        far.pause()
        near.once('drain', () => far.resume())
      }
    })
    for (const socket of [near, far]) {
      socket.on('error', () => end(link))
      socket.on('close', () => end(link))
    }
  })
  await new Promise<void>((listening) => server.listen(0, host, listening))
  const { port } = server.address() as { port: number }
  const cut = (): void => {
    for (const link of links) end(link)
  }
  return {
    endpoint: { host, port },
    cut,
    cutAfter: (bytes) => {
      budgets = [...bytes]
    },
    lose: (what) => {
      for (const link of links) link.lost = what
    },
    answered: () => answered,
    cuts: () => cuts,
    [Symbol.asyncDispose]: async () => {
      cut()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
