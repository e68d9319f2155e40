/**
 * Waits for a node's answer only as long as the node answers anything: one that stopped dead keeps
 * its connections open and says nothing. What it was asked is asked nobody else meanwhile, so that
 * no counted request is ever hedged (DESIGN §6).
 */
import type { Endpoint } from './endpoint.ts'
import { probeAfterMs, probeAgainMs, probeTimeoutMs } from './limits.ts'
import { unreachable } from './transport.ts'

const watch = (node: Pick<Endpoint, 'answers'>) => {
  const silent = Promise.withResolvers<never>()
  // Told to whoever waits; where the work ended first, nobody does.
  silent.promise.catch(() => undefined)
  let isOver = false
  const look = async (): Promise<void> => {
    const isThere = await node.answers(probeTimeoutMs)
    if (isOver) return
    if (isThere) timer = setTimeout(() => void look(), probeAgainMs)
    else silent.reject(unreachable('the node answers nothing any more'))
  }
  let timer = setTimeout(() => void look(), probeAfterMs)
  return {
    silent: silent.promise,
    end: (): void => {
      isOver = true
      clearTimeout(timer)
    },
  }
}

/** As `work`; throws `unreachable` where the node does not answer a question of no work either. */
export const whileAlive = async <Value>(
  node: Pick<Endpoint, 'answers'>,
  work: Promise<Value>,
): Promise<Value> => {
  const { silent, end } = watch(node)
  try {
    return await Promise.race([work, silent])
  } finally {
    end()
  }
}
