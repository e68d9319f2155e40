/** Builds `audit.show`. */
import { type AuditAnswer, auditAnswer } from '@holdfast/base/answers'
import type { BootId, WalletId, ZoneId } from '@holdfast/base/ids'
import { type Header, mustMatch, type Prepared, prepare } from './prepared.ts'

export type ShowAudit = {
  readonly wallet: WalletId
  /** Whose log. */
  readonly zone: ZoneId
  /** Which chain, from which entry on; without it the chains are named alone. */
  readonly from?: { readonly boot: BootId; readonly index: number }
}

export const showAudit = (
  { wallet, zone, from }: ShowAudit,
  { header }: { readonly header: Header },
): Prepared<AuditAnswer> =>
  prepare(
    {
      operation: 'audit.show',
      ...header,
      wallet,
      zone,
      ...(from === undefined ? {} : { from: { ...from } }),
    },
    auditAnswer,
    (answer) => {
      mustMatch(`${answer.wallet} ${answer.zone}`, `${wallet} ${zone}`)
      return undefined
    },
  )
