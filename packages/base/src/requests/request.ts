/** The explicit list of requests, and how their bytes become one. */
import { z } from 'zod'
import { type Bytes, fromUtf8 } from '../bytes.ts'
import { fail } from '../errors.ts'
import { requestBytesMax } from '../limits.ts'
import { parseJson } from '../schema.ts'
import { accountAdd } from './account-add.ts'
import { approvalApprove, approvalReject } from './approval-decide.ts'
import { approvalList } from './approval-list.ts'
import { approvalShow } from './approval-show.ts'
import { auditShow } from './audit-show.ts'
import { backupProve } from './backup-prove.ts'
import { changeCancel } from './change-cancel.ts'
import { credentialAdd } from './credential-add.ts'
import { credentialRemove } from './credential-remove.ts'
import { exportFetch } from './export-fetch.ts'
import { keyExport } from './key-export.ts'
import { limitsShow } from './limits-show.ts'
import { objectsSuperseded } from './objects-superseded.ts'
import { passwordChange } from './password-change.ts'
import { passwordFinish, passwordLogin } from './password-login.ts'
import { passwordRegister } from './password-register.ts'
import { passwordUnlock } from './password-unlock.ts'
import { placementChange } from './placement-change.ts'
import { placementGiveUp } from './placement-give-up.ts'
import { policyChange } from './policy-change.ts'
import { sessionAuthenticate } from './session-authenticate.ts'
import { sign } from './sign.ts'
import { signDryRun } from './sign-dry-run.ts'
import { walletBackup } from './wallet-backup.ts'
import { walletCancel } from './wallet-cancel.ts'
import { walletCreate } from './wallet-create.ts'
import { walletFreeze } from './wallet-freeze.ts'
import { walletList } from './wallet-list.ts'
import { walletOutcome } from './wallet-outcome.ts'
import { walletRecover } from './wallet-recover.ts'
import { walletShow } from './wallet-show.ts'
import { walletUnfreeze } from './wallet-unfreeze.ts'

export const request = z.discriminatedUnion('operation', [
  walletCreate,
  walletShow,
  walletList,
  limitsShow,
  walletOutcome,
  objectsSuperseded,
  accountAdd,
  credentialAdd,
  credentialRemove,
  policyChange,
  placementChange,
  placementGiveUp,
  changeCancel,
  walletCancel,
  walletFreeze,
  walletUnfreeze,
  approvalList,
  approvalShow,
  approvalApprove,
  approvalReject,
  sign,
  signDryRun,
  sessionAuthenticate,
  passwordRegister,
  passwordLogin,
  passwordFinish,
  passwordUnlock,
  passwordChange,
  walletBackup,
  walletRecover,
  keyExport,
  exportFetch,
  backupProve,
  auditShow,
])
export type Request = z.infer<typeof request>
export type Operation = Request['operation']

/**
 * The request that some bytes are: strict JSON of at most `requestBytesMax`. Throws a
 * `RefusalError` with `too_large`, `malformed` or `invalid_field`.
 */
export const parseRequest = (untrusted: Bytes): Request => {
  if (untrusted.length > requestBytesMax) fail('too_large', 'a request has at most 256 KiB')
  return parseJson(request, untrusted)
}

/**
 * The request of bytes that `parseRequest` has accepted: reads them again and checks nothing, so
 * that a second computation costs little. The same bytes give the same request.
 */
export const rereadRequest = (accepted: Bytes): Request => JSON.parse(fromUtf8(accepted)) as Request
