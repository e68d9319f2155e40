/** A server of HTTP on a loopback port that the system chooses. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export const listenOnLoopback = async (
  server: Server,
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  return {
    port,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped())
        server.closeAllConnections()
      }),
  }
}
