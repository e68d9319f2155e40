/** Ports of loopback for the nodes of a local mesh. */
import { createServer } from 'node:net'

export type NodePorts = {
  readonly client: number
  readonly plain: number
  readonly mesh: number
  readonly management: number
  readonly kmip: number
  readonly kmipHttps: number
}

const portOf = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      const bound = typeof address === 'object' && address !== null ? address.port : undefined
      server.close(() => resolve(bound))
    })
  })

const portsFrom = (first: number, kmip: number): NodePorts => ({
  client: first,
  plain: first + 1,
  mesh: first + 2,
  management: first + 3,
  kmip,
  kmipHttps: kmip + 1,
})

/** A port of loopback that is free now. */
export const freePort = async (): Promise<number> => {
  const port = await portOf(0)
  if (port === undefined) throw new Error('no port of loopback is free')
  return port
}

const freePorts = async (): Promise<NodePorts> => {
  const found = new Set<number>()
  while (found.size < 6) found.add(await freePort())
  const [client, plain, mesh, management, kmip, kmipHttps] = [...found]
  return { client, plain, mesh, management, kmip, kmipHttps } as NodePorts
}

/**
 * Ports for so many nodes: ten apart from `first`, KMIP's behind them (from `first` + 50 on), where
 * all of them are free, else any free ones.
 * `first` 0 asks for any.
 */
export const choosePorts = async (count: number, first: number): Promise<readonly NodePorts[]> => {
  const firstKmip = first + Math.max(50, count * 10)
  const wanted = Array.from({ length: count }, (_, index) =>
    portsFrom(first + index * 10, firstKmip + index * 2),
  )
  if (first !== 0) {
    const all = wanted.flatMap((ports) => Object.values(ports))
    const free = await Promise.all(all.map(portOf))
    if (free.every((port) => port !== undefined)) return wanted
  }
  const chosen: NodePorts[] = []
  const taken = new Set<number>()
  while (chosen.length < count) {
    const ports = await freePorts()
    if (Object.values(ports).some((port) => taken.has(port))) continue
    for (const port of Object.values(ports)) taken.add(port)
    chosen.push(ports)
  }
  return chosen
}
