/** `audit.show`: chains of this zone's log; entries of other wallets as their hashes alone. */

import type { AuditAnswer } from '@holdfast/base/answers'
import { type AuditPage, auditEntry, auditLink } from '@holdfast/base/audit'
import { type Bytes, fromUtf8, toHex } from '@holdfast/base/bytes'
import { accept, refuse } from '@holdfast/base/errors'
import { BootId, type WalletId } from '@holdfast/base/ids'
import { parseJson } from '@holdfast/base/schema'
import { decodeHead, decodePage } from '../audit/audit-records.ts'
import type { CoreContext } from '../core/context.ts'
import { authorise } from '../credentials/authorise.ts'
import { auditPagesShown } from '../limits.ts'
import { logHeadPrefix, logPageName, logPagePrefix } from '../records/names.ts'
import type { Run } from './call.ts'

const chains = async ({ records }: CoreContext): Promise<AuditAnswer['chains']> => {
  const found: AuditAnswer['chains'] = []
  for await (const { name, payload } of records.scan(logHeadPrefix)) {
    const { index, hash } = decodeHead(payload)
    found.push({ boot: BootId(name.slice(logHeadPrefix.length)), index, hash })
  }
  return found
}

/** What the wallet's owners may read: how a chain was opened, and their own decisions. */
const item = (
  { crypto }: CoreContext,
  wallet: WalletId,
  bytes: Bytes,
): AuditPage['items'][number] => {
  const entry = parseJson(auditEntry, bytes)
  const own = entry.type === 'opened' || entry.wallet === wallet
  return own ? { entry: fromUtf8(bytes) } : { link: toHex(auditLink(crypto, bytes)) }
}

const page = async (
  context: CoreContext,
  wallet: WalletId,
  from: { readonly boot: BootId; readonly index: number },
): Promise<AuditPage> => {
  const first = logPageName(from.boot, from.index)
  const records = await context.records.page(logPagePrefix(from.boot), first, auditPagesShown)
  const items = records.flatMap(({ payload }) =>
    decodePage(payload).map((bytes) => item(context, wallet, bytes)),
  )
  return { ...from, items }
}

/** Refusals: of the judge; `not_here`. */
export const auditShow: Run<'audit.show'> = async (context, call) => {
  const { wallet, from } = call.request
  const held = await context.wallets.read(wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, held, call, {
    purpose: 'read',
    question: { operation: 'audit.show' },
  })
  if (!allowed.ok) return allowed
  await context.audit.flush()
  const answer: AuditAnswer = {
    wallet,
    zone: context.zone,
    chains: await chains(context),
    seen: [...context.witness.heads()],
    ...(from === undefined ? {} : { page: await page(context, wallet, from) }),
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
