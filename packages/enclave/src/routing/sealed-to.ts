/** Which enclave alone can open the secrets of a request. */
import type { BootId } from '@holdfast/base/ids'
import type { Request } from '@holdfast/base/requests/request'

/** Of several the first: a request whose secrets are sealed to two enclaves is refused by both. */
export const sealedTo = (request: Request): BootId | undefined => {
  if (request.operation === 'backup.prove') return request.shares[0]?.boot
  if (request.operation !== 'wallet.create') return undefined
  for (const { source } of request.keys) if (source.type === 'import') return source.sealed.boot
  return undefined
}
