/** One request as the core carries it out: parsed, with the bytes that were signed. */
import type { NodeName } from '@holdfast/base/answers'
import type { Authorisation } from '@holdfast/base/authorisation'
import type { Bytes } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import type { CredentialId } from '@holdfast/base/ids'
import type { Operation, Request } from '@holdfast/base/requests/request'
import type { CoreContext } from '../core/context.ts'
import type { Session } from '../sessions/session-table.ts'

type Circumstances = {
  /** Exactly what the client sent: proofs are over these. */
  readonly bytes: Bytes
  readonly authorisations: readonly Authorisation[]
  /** The sealed session that it came through. */
  readonly session?: Session
  /** The client certificate whose key TLS has shown the client to hold (KMIP). */
  readonly certificate?: CredentialId
  /** What persons approved of it since it was taken to wait; its own proofs were noted then. */
  readonly waited?: { readonly approvals: readonly Authorisation[] }
  /** The node that passed it on; such a request is not passed on again. */
  readonly relayedBy?: NodeName
  readonly deadlineMs: number
}

export type AnyCall = Circumstances & { readonly request: Request }

export type Call<Name extends Operation> = Circumstances & {
  readonly request: Extract<Request, { operation: Name }>
}

export type Run<Name extends Operation> = (
  context: CoreContext,
  call: Call<Name>,
) => Promise<Result<object>>
