/** `export.fetch`: the one way by which a wallet key's secret leaves, sealed to a recipient. */
import type { ExportAnswer } from '@holdfast/base/answers'
import { exportInfo } from '@holdfast/base/backup/exported-key'
import { toBase64Url } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { type HpkeSealed, sealHpke } from '@holdfast/base/hpke'
import { bytesOf } from '@holdfast/base/schema'
import { encodeSecretMap } from '@holdfast/base/secret-map'
import { decided } from '../audit/decided.ts'
import { clearVault, readVaultKey } from '../backup/read-vault.ts'
import { judgeOwner } from '../changes/owners.ts'
import type { CoreContext } from '../core/context.ts'
import { checkUnfrozen } from '../marks/check-unfrozen.ts'
import { checkFresh } from '../replication/staleness.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call, Run } from './call.ts'

type FetchCall = Call<'export.fetch'>
type Grant = ExportAnswer['export']

/** An owner, on a wallet that is neither frozen nor older than it may be; and the grant. */
const judge = (context: CoreContext, entry: WalletEntry, call: FetchCall): Result<Grant> => {
  const owner = judgeOwner(context, entry, call)
  if (!owner.ok) return owner
  const unfrozen = checkUnfrozen(context, entry)
  if (!unfrozen.ok) return unfrozen
  const current = context.zoneView.check()
  if (!current.ok) return current
  const fresh = checkFresh(context, entry.wallet)
  if (!fresh.ok) return fresh
  const grant = entry.wallet.exports?.find(({ request }) => request === call.request.export)
  return grant === undefined ? refuse('unknown', 'no such export is granted') : accept(grant)
}

const seal = async (
  context: CoreContext,
  entry: WalletEntry,
  { key, recipient, request }: Grant,
): Promise<Result<HpkeSealed>> => {
  const { crypto, entropy, mesh } = context
  const { wallet } = entry
  const named = wallet.keys.find(({ id }) => id === key)
  if (named === undefined) return refuse('unknown', 'the wallet has no such key', key)
  const exported = await readVaultKey(context, wallet, named)
  const plaintext = encodeSecretMap(exported)
  clearVault({ keys: [exported] })
  const sealed = sealHpke({
    primitives: crypto,
    recipientPublicKey: bytesOf(recipient, 'base64url'),
    ephemeralPrivateKey: entropy.bytes(32),
    info: exportInfo({ mesh, wallet: wallet.id, request }),
    plaintext,
  })
  plaintext.fill(0)
  return sealed
}

/**
 * Refusals: of `judgeOwner`; `frozen`, `stale`, `stale_zone`, `unknown` where nothing is granted,
 * `bad_seal` where the recipient's key is none, `store_failed` where the log cannot be written.
 */
export const exportFetch: Run<'export.fetch'> = async (context, call) => {
  const held = await context.wallets.read(call.request.wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const granted = judge(context, held, call)
  if (!granted.ok) return granted
  const sealed = await seal(context, held, granted.value)
  if (!sealed.ok) return sealed
  const logged = await context.audit.write(decided(context, held, call, { outcome: 'exported' }))
  if (!logged.ok) return logged
  // Judged again after the waits: what an owner has stopped meanwhile does not leave.
  const current = context.wallets.cached(held.wallet.id) ?? held
  const still = judge(context, current, call)
  if (!still.ok) return still
  const { encapsulation, ciphertext } = sealed.value
  const answer: ExportAnswer = {
    wallet: held.wallet.id,
    export: granted.value,
    encapsulation: toBase64Url(encapsulation),
    ciphertext: toBase64Url(ciphertext),
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
