/** A caller who sends at a rate of his own, whatever is answered, over several sessions. */
import { signRequests } from '../client/sign-requests.ts'
import { openWalletSession, type SessionOptions } from '../load/session-load.ts'

const tickMs = 5

export const startGreedyCaller = async (
  options: SessionOptions & { readonly sessions: number; readonly perSecond: number },
) => {
  const { sessions, perSecond, wallet } = options
  const opened = await Promise.all(
    Array.from({ length: sessions }, () => openWalletSession(options)),
  )
  const next = signRequests(wallet)
  let answered = 0
  let sent = 0
  for (const { socket } of opened) {
    socket.on('message', () => {
      answered += 1
    })
  }
  const startedMs = performance.now()
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) / 1000) * perSecond
    while (sent < due) {
      const one = opened[sent % opened.length]
      one?.socket.send(one.session.seal(next()))
      sent += 1
    }
  }, tickMs)
  return {
    counts: () => ({ sent, answered }),
    stop: (): void => {
      clearInterval(timer)
      for (const { socket } of opened) socket.terminate()
    },
  }
}
