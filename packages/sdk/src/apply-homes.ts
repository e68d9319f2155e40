/** Gives governors' statement on homes to a node: it proves itself, so that any node will do. */
import type { Bytes } from '@holdfast/base/bytes'
import { type ErrorCode, errorTable, type Refusal, RefusalError } from '@holdfast/base/errors'
import type { HomeReport } from '@holdfast/base/home-statement'
import type { Endpoint } from './endpoint.ts'
import type { Rotation } from './rotation.ts'
import { moreTelling } from './telling-refusal.ts'

const isFinal = (code: ErrorCode): boolean => errorTable[code].retry === 'never'

/** Throws the refusal of the first node that judged it, or what the others answered last. */
export const applyHomes = async (
  { nodes, endpoints }: { readonly nodes: Rotation; readonly endpoints: readonly Endpoint[] },
  signed: Bytes,
): Promise<HomeReport> => {
  let refused: Refusal | undefined
  for (const _ of endpoints) {
    const node = nodes.nearest()
    try {
      return await node.homes(signed)
    } catch (error) {
      if (!(error instanceof RefusalError) || isFinal(error.refusal.code)) throw error
      refused = moreTelling(refused, error.refusal)
      nodes.rest(node)
    }
  }
  throw refused ? new RefusalError(refused) : new TypeError('a client has at least one node')
}
