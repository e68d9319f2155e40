/** The explicit list of operations: where each is carried out, and by what. */
import type { Operation } from '@holdfast/base/requests/request'
import { waiting } from '../approvals/waiting.ts'
import { accountAdd } from './account-add.ts'
import { approvalApprove, approvalReject } from './approval-decide.ts'
import { approvalList } from './approval-list.ts'
import { approvalShow } from './approval-show.ts'
import { auditShow } from './audit-show.ts'
import { backupProve } from './backup-prove.ts'
import type { AnyCall, Run } from './call.ts'
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

/**
 * `here`: this node; `holder`: any zone that holds the wallet; `home`: the zone that orders it;
 * `zone`: the zone that the request names.
 */
export type Place = 'here' | 'holder' | 'home' | 'zone'

type Entry<Name extends Operation> = { readonly at: Place; readonly run: Run<Name> }

const table: { readonly [Name in Operation]: Entry<Name> } = {
  'wallet.create': { at: 'home', run: walletCreate },
  'wallet.show': { at: 'holder', run: walletShow },
  'wallet.list': { at: 'here', run: walletList },
  'limits.show': { at: 'holder', run: limitsShow },
  'wallet.outcome': { at: 'holder', run: walletOutcome },
  'objects.superseded': { at: 'holder', run: objectsSuperseded },
  'account.add': { at: 'home', run: accountAdd },
  'audit.show': { at: 'zone', run: auditShow },
  'wallet.backup': { at: 'home', run: walletBackup },
  'wallet.recover': { at: 'home', run: waiting(walletRecover) },
  'key.export': { at: 'home', run: waiting(keyExport) },
  'export.fetch': { at: 'holder', run: exportFetch },
  'backup.prove': { at: 'home', run: backupProve },
  'credential.add': { at: 'home', run: waiting(credentialAdd) },
  'credential.remove': { at: 'home', run: waiting(credentialRemove) },
  'placement.change': { at: 'home', run: waiting(placementChange) },
  /** The home may be what is given up. */
  'placement.give-up': { at: 'holder', run: placementGiveUp },
  'policy.change': { at: 'home', run: waiting(policyChange) },
  'change.cancel': { at: 'holder', run: changeCancel },
  /** Whatever the epoch, the zone that alone holds it: no other could know that it does. */
  'wallet.cancel': { at: 'holder', run: walletCancel },
  'wallet.freeze': { at: 'holder', run: walletFreeze },
  'wallet.unfreeze': { at: 'home', run: waiting(walletUnfreeze) },
  'approval.list': { at: 'home', run: approvalList },
  'approval.show': { at: 'home', run: approvalShow },
  'approval.approve': { at: 'home', run: approvalApprove },
  'approval.reject': { at: 'home', run: approvalReject },
  sign: { at: 'holder', run: waiting(sign) },
  'sign.dry-run': { at: 'holder', run: signDryRun },
  'session.authenticate': { at: 'here', run: sessionAuthenticate },
  'password.register': { at: 'holder', run: passwordRegister },
  'password.login': { at: 'holder', run: passwordLogin },
  'password.finish': { at: 'holder', run: passwordFinish },
  'password.change': { at: 'home', run: passwordChange },
  'password.unlock': { at: 'holder', run: passwordUnlock },
}

/**
 * What may be asked of a wallet that too few zones hold yet: all else would show it, or rest on
 * what may vanish.
 */
export const whilePending: ReadonlySet<Operation> = new Set([
  'wallet.create',
  'wallet.cancel',
  'wallet.freeze',
])

/** The request's own operation selects the entry, so that entry and call are of one operation. */
export const operations = table as {
  readonly [Name in Operation]: {
    readonly at: Place
    readonly run: (context: Parameters<Run<Name>>[0], call: AnyCall) => ReturnType<Run<Name>>
  }
}
