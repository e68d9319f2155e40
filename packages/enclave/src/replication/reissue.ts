/**
 * What a new home adopted, as its own: each wallet and each state of the group once more, in the
 * epoch that was promised, so that zones which promised it take it.
 */
import { toHex, utf8 } from '@holdfast/base/bytes'
import type { WalletId } from '@holdfast/base/ids'
import type { CoreContext } from '../context.ts'
import { reissueBatchWallets } from '../limits.ts'
import { acceptObjects } from '../objects/accept-objects.ts'
import { nextVersion } from '../objects/settle-tombs.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { acceptWallet } from './accept-wallet.ts'
import { type Group, groupId, groupOf } from './group.ts'
import { holdersOf } from './quorum.ts'
import { underNewHome } from './under-new-home.ts'

const othersOf = ({ zone }: CoreContext, { wallet }: WalletEntry) =>
  holdersOf(groupOf(wallet)).filter((other) => other !== zone)

const reissueWallet = async (
  context: CoreContext,
  entry: WalletEntry,
  epoch: number,
): Promise<boolean> => {
  const { wallet, hash } = entry
  const next = {
    ...wallet,
    ...underNewHome(wallet, context.zone),
    epoch,
    version: wallet.version + 1,
    previous: hash,
    salt: toHex(context.entropy.bytes(16)),
  }
  const bundle = { wallet: utf8(JSON.stringify(next)), objects: [] }
  const acceptance = { origin: 'here', owed: othersOf(context, entry) } as const
  return (await acceptWallet(context, bundle, acceptance)).ok
}

const reissueStates = async (
  context: CoreContext,
  wallet: WalletEntry,
  epoch: number,
): Promise<void> => {
  for (const id of context.objects.ofWallet(wallet.wallet.id)) {
    const indexed = context.objects.indexed(id)
    if (indexed === undefined || indexed.epoch >= epoch) continue
    const held = await context.objects.read(id)
    if (held === undefined || held.epoch >= epoch) continue
    const next = await nextVersion(context, held, epoch)
    const acceptance = { origin: 'here', owed: othersOf(context, wallet) } as const
    await acceptObjects(context, [{ state: next.payload }], acceptance)
  }
}

/** Goes through the group once, a bounded number of wallets; the next tick goes on. */
export const reissueGroup = async (
  context: CoreContext,
  group: Group,
  epoch: number,
): Promise<void> => {
  let done = 0
  for (const id of context.wallets.ofGroup(groupId(group))) {
    if (done >= reissueBatchWallets) return
    if (await reissueOne(context, id, epoch)) done += 1
  }
}

const reissueOne = async (context: CoreContext, id: WalletId, epoch: number): Promise<boolean> => {
  const indexed = context.wallets.indexed(id)
  const states = context.objects.ofWallet(id)
  const isLate = (held: { readonly epoch: number } | undefined): boolean =>
    held !== undefined && held.epoch < epoch
  if (!isLate(indexed) && !states.some((state) => isLate(context.objects.indexed(state)))) {
    return false
  }
  const entry = await context.wallets.read(id)
  if (entry === undefined) return false
  if (isLate(indexed) && !(await reissueWallet(context, entry, epoch))) return true
  await reissueStates(context, entry, epoch)
  return true
}
