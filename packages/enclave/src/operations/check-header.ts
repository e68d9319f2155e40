/** What every request must fulfil before it is looked at: this mesh, and a time that is now. */
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import type { MeshId } from '@holdfast/base/ids'
import { clockSkewMsMax, requestLifetimeMsMax, waitMsMax } from '@holdfast/base/limits'
import type { Request } from '@holdfast/base/requests/request'
import { parseTimestamp } from '@holdfast/base/time'

/** Refusals: `wrong_mesh`, `expired`, `expiry_too_far`, `invalid_field`. */
export const checkHeader = (
  request: Pick<Request, 'mesh' | 'expiresAt'> & { readonly wait?: true },
  mesh: MeshId,
  nowMs: number,
): Result<void> => {
  if (request.mesh !== mesh) return refuse('wrong_mesh', 'the request names another mesh')
  const expiry = attempt(() => parseTimestamp(request.expiresAt))
  if (!expiry.ok) return expiry
  if (expiry.value + clockSkewMsMax <= nowMs) return refuse('expired', 'the request has expired')
  const lifetimeMsMax = request.wait === true ? waitMsMax : requestLifetimeMsMax
  if (expiry.value > nowMs + lifetimeMsMax + clockSkewMsMax) {
    return refuse('expiry_too_far', 'a request expires further ahead than it may')
  }
  return accept(undefined)
}
