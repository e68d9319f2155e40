/** Gives governors' statement on homes to a node: it proves itself, so that any node will do. */
import type { Bytes } from '@holdfast/base/bytes'
import { type ErrorCode, errorTable, RefusalError } from '@holdfast/base/errors'
import type { HomeReport } from '@holdfast/base/home-statement'
import type { Endpoint } from './endpoint.ts'
import type { Rotation } from './rotation.ts'

const isFinal = (code: ErrorCode): boolean => errorTable[code].retry === 'never'

/** Throws the refusal of the first node that judged it, or of the last that did not answer. */
export const applyHomes = async (
  { nodes, endpoints }: { readonly nodes: Rotation; readonly endpoints: readonly Endpoint[] },
  signed: Bytes,
): Promise<HomeReport> => {
  let refused: RefusalError | undefined
  for (const _ of endpoints) {
    const node = nodes.nearest()
    try {
      return await node.homes(signed)
    } catch (error) {
      if (!(error instanceof RefusalError) || isFinal(error.refusal.code)) throw error
      refused = error
      nodes.rest(node)
    }
  }
  throw refused ?? new TypeError('a client has at least one node')
}
