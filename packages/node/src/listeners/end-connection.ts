/** Ends a connection with a last answer, whether or not the other side closes too. */
import type { Socket } from 'node:net'
import { refusalLingerMs } from '../limits.ts'

/** What keeps its half open would hold the connection for good: after a while it is cut. */
export const endConnection = (socket: Socket, answer: string): void => {
  socket.end(answer)
  setTimeout(() => socket.destroy(), refusalLingerMs).unref()
}
