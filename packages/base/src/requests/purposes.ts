/** The purpose that a proof over each request is for (DESIGN §6). */
import type { Purpose } from '../authorisation.ts'
import type { Operation } from './request.ts'

export const purposeOf: Readonly<Record<Operation, Purpose>> = {
  /** The new credentials prove that they hold their keys. */
  'wallet.create': 'enrol',
  'wallet.show': 'read',
  'wallet.list': 'read',
  'limits.show': 'read',
  'wallet.outcome': 'read',
  'objects.superseded': 'read',
  'audit.show': 'read',
  'account.add': 'change',
  'credential.add': 'change',
  'credential.remove': 'change',
  'wallet.backup': 'change',
  'wallet.recover': 'change',
  'key.export': 'change',
  'export.fetch': 'change',
  'backup.prove': 'change',
  'policy.change': 'change',
  'placement.change': 'change',
  'placement.give-up': 'change',
  'change.cancel': 'change',
  'wallet.cancel': 'change',
  'wallet.freeze': 'change',
  'wallet.unfreeze': 'change',
  'approval.list': 'read',
  'approval.show': 'read',
  /** Of the proofs inside, which are over the request that waits. */
  'approval.approve': 'approve',
  'approval.reject': 'reject',
  sign: 'sign',
  'sign.dry-run': 'dry-run',
  'session.authenticate': 'session',
  /** These three carry no proof: they are how one is come by. */
  'password.register': 'read',
  'password.login': 'read',
  'password.finish': 'read',
  'password.unlock': 'change',
  'password.change': 'change',
}
