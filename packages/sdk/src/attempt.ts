/** One try of a request: which enclave by a node, which proofs, and what came of it. */
import type { Authorisation } from '@holdfast/base/authorisation'
import type { Bytes } from '@holdfast/base/bytes'
import { type Result, refuse } from '@holdfast/base/errors'
import { type Authenticate, acceptsSession } from './authenticate.ts'
import { authoriseAll, type Signer } from './credentials.ts'
import type { Endpoint, EvidenceTarget } from './endpoint.ts'
import type { Prepared } from './requests/prepared.ts'
import type { Routes } from './routes.ts'
import type { WalletMemory } from './seen.ts'
import type { VerificationError } from './verification-error.ts'

export type AttemptOptions = {
  readonly routes: Routes
  readonly signers: readonly Signer[]
  /** Present where a session that was authenticated once shall be enough, where policy says so. */
  readonly authenticate: Authenticate | undefined
  /** Plain HTTPS JSON instead of a sealed session. */
  readonly plain: boolean
  readonly memory: WalletMemory
}

/** What a try needs of a request. */
export type Sendable = Omit<Prepared<unknown>, 'observe' | 'signs'>

/** What one request keeps between its tries. */
export type Progress = {
  /** Which enclave is meant; the node's own where empty. */
  target: EvidenceTarget
  /** An authenticated session was not enough. */
  needsProof: boolean
  proofs: readonly Authorisation[] | undefined
  /** Where the last try found a node that is not trusted. */
  distrust: VerificationError | undefined
}

export const tryOnce = async (
  options: AttemptOptions,
  endpoint: Endpoint,
  prepared: Sendable,
  progress: Progress,
  { timeoutMs, isGivenUp }: { readonly timeoutMs: number; readonly isGivenUp: () => boolean },
): Promise<Result<Bytes>> => {
  const { routes, authenticate } = options
  const { bytes, purpose, wallet } = prepared
  const prove = async (): Promise<readonly Authorisation[]> => {
    if (prepared.unproved === true) return []
    progress.proofs ??= [
      ...(await authoriseAll(prepared.signers ?? options.signers, purpose, bytes)),
      ...(await authoriseAll(prepared.enrol ?? [], 'enrol', bytes)),
    ]
    return progress.proofs
  }
  const givenUp = (): Result<Bytes> => refuse('unreachable', 'another node was asked')
  if (options.plain) {
    await routes.enclave(endpoint, {})
    const authorisations = await prove()
    if (isGivenUp()) return givenUp()
    return endpoint.request({ request: bytes, authorisations }, timeoutMs)
  }
  const session = await routes.session(endpoint, progress.target)
  const bySession =
    authenticate !== undefined &&
    prepared.signers === undefined &&
    wallet !== undefined &&
    acceptsSession(prepared.operation) &&
    !progress.needsProof
  if (bySession) {
    const bound = await authenticate(session, wallet, timeoutMs)
    if (!bound.ok) return bound
  }
  const authorisations = bySession ? [] : await prove()
  if (isGivenUp()) return givenUp()
  return session.request({ request: bytes, authorisations }, timeoutMs)
}

/** The enclave that a request should go to by this node, from what is known of its wallet. */
export const firstTarget = async (
  options: AttemptOptions,
  endpoint: Endpoint,
  { wallet }: Sendable,
): Promise<EvidenceTarget> => {
  const zones = wallet === undefined ? undefined : options.memory.get(wallet)?.zones
  if (wallet === undefined || zones === undefined || options.plain) return {}
  const { verdict } = await options.routes.enclave(endpoint, {})
  return zones.includes(verdict.identity.zone) ? {} : { wallet }
}
