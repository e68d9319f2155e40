/**
 * Heads of nodes' logs that this client was shown: two that differ at one place are a fork. The
 * oldest are forgotten.
 */
import type { Receipt } from '@holdfast/base/answers'
import { fail } from '@holdfast/base/errors'

export type LogMemory = {
  /** Fails with `log_forked` where a receipt, or a witness in it, tells another history. */
  note(receipt: Pick<Receipt, 'log' | 'node'>): void
}

const headsMax = 10_000

export const createLogMemory = (): LogMemory => {
  const heads = new Map<string, string>()

  const noteHead = (boot: string, index: number, hash: string): void => {
    const place = `${boot} ${index}`
    const known = heads.get(place)
    if (known !== undefined && known !== hash) {
      return fail('log_forked', 'the node has shown another log before', place)
    }
    if (known !== undefined) return undefined
    heads.set(place, hash)
    if (heads.size > headsMax) {
      const [oldest] = heads.keys()
      if (oldest !== undefined) heads.delete(oldest)
    }
    return undefined
  }

  return {
    note: ({ log, node }) => {
      noteHead(node.boot, log.index, log.hash)
      for (const witness of log.witnesses) noteHead(witness.boot, witness.index, witness.hash)
    },
  }
}
