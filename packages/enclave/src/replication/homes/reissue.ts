/**
 * What a new home adopted, as its own: each wallet and each state of the group once more, in the
 * epoch that was promised, so that zones which promised it take it.
 */
import { toHex, utf8 } from '@holdfast/base/bytes'
import type { WalletId } from '@holdfast/base/ids'
import type { CoreContext } from '../../core/context.ts'
import { reissueBatchWallets } from '../../limits.ts'
import { acceptObjects } from '../../objects/accept-objects.ts'
import { nextVersion } from '../../objects/settle-tombs.ts'
import type { WalletEntry } from '../../wallets/wallet-entry.ts'
import { acceptWallet } from '../accept-wallet.ts'
import { holdersOf } from '../quorum/quorum.ts'
import { type Group, groupId, groupOf } from './group.ts'
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

/** The epoch under which this zone sends a wallet on; undefined where it does not lead it. */
const ledEpoch = (
  { promises, wallets, zone }: Pick<CoreContext, 'promises' | 'wallets' | 'zone'>,
  id: WalletId,
): number | undefined => {
  const indexed = wallets.indexed(id)
  const promised = indexed === undefined ? undefined : promises.get(indexed)
  return promised?.candidate === zone && promised.adopted ? promised.epoch : undefined
}

const isLate = (
  { wallets, objects }: Pick<CoreContext, 'objects' | 'wallets'>,
  id: WalletId,
  epoch: number,
): boolean =>
  (wallets.indexed(id)?.epoch ?? epoch) < epoch ||
  objects.ofWallet(id).some((state) => (objects.indexed(state)?.epoch ?? epoch) < epoch)

const reissueOne = async (context: CoreContext, id: WalletId, epoch: number): Promise<void> => {
  const entry = await context.wallets.read(id)
  if (entry === undefined) return
  if (entry.wallet.epoch < epoch && !(await reissueWallet(context, entry, epoch))) return
  await reissueStates(context, entry, epoch)
}

/** Looks at what is waiting, and sends a bounded number of wallets on; the next tick goes on. */
export const reissueLate = async (context: CoreContext): Promise<void> => {
  const failed: WalletId[] = []
  try {
    for (let sent = 0; sent < reissueBatchWallets; ) {
      const id = context.late.take()
      if (id === undefined) return
      const epoch = ledEpoch(context, id)
      if (epoch === undefined || !isLate(context, id, epoch)) continue
      sent += 1
      failed.push(id)
      await reissueOne(context, id, epoch)
      if (!isLate(context, id, epoch)) failed.pop()
    }
  } finally {
    for (const id of failed) context.late.touched(id)
  }
}

/** A group whose epoch this zone leads: each of its wallets once more. */
export const reissueGroup = (context: CoreContext, group: Group, epoch: number): Promise<void> => {
  const id = groupId(group)
  context.late.begin(id, epoch, context.wallets.ofGroup(id))
  return reissueLate(context)
}
