/** Clients of single nodes, and what became of what they asked for. */
import { type Client, RefusalError, VerificationError } from '@holdfast/sdk'
import type { TestMesh } from '../support/mesh.ts'

/** A client that knows one node alone, so that it is this one that answers. */
export type NodeClient = { readonly zone: string; readonly client: Client }

export type Codes = Readonly<Record<string, number>>

/** Requests live for as long as a run takes, so that the same bytes may be sent in its end. */
const requestLifetimeMs = 15 * 60_000

/** How long one node may take for one answer. */
export const askTimeoutMs = 5000

/** One after another: nobody else may answer for a node that is slow to be verified. */
export const connectEach = async (mesh: TestMesh): Promise<NodeClient[]> => {
  const clients: NodeClient[] = []
  for (const { zone, url } of mesh.nodes) {
    clients.push({ zone, client: await mesh.connect({ nodes: [url], requestLifetimeMs }) })
  }
  return clients
}

/** `signed`, or the code of the refusal. */
export const codeOfAttempt = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt
    return 'signed'
  } catch (error) {
    if (error instanceof RefusalError || error instanceof VerificationError) {
      return error.refusal.code
    }
    throw error
  }
}

export const addCode = (codes: Map<string, number>, code: string): void => {
  codes.set(code, (codes.get(code) ?? 0) + 1)
}

/** `limit_exceeded 12, unreachable 3`, the most frequent first. */
export const textOfCodes = (codes: Codes): string =>
  Object.entries(codes)
    .toSorted(([, one], [, other]) => other - one)
    .map(([code, count]) => `${code} ${count}`)
    .join(', ')
