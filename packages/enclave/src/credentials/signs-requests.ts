/** Kinds of credential that prove single requests; a certificate proves its key in TLS alone. */
import type { CredentialKind } from '@holdfast/base/policy'

const kinds: ReadonlySet<CredentialKind> = new Set(['api-key', 'passkey', 'password'])

export const signsRequests = (kind: CredentialKind): boolean => kinds.has(kind)
