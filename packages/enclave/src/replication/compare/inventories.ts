/** What this zone tells a peer of what it holds, a page at a time. */
import type { ObjectId, WalletId, ZoneId } from '@holdfast/base/ids'
import { cancelledDigest } from '../../cancellation/compare-cancelled.ts'
import { isUnsent } from '../../cancellation/release-unsent.ts'
import { inventoryPageMarks, inventoryPageWallets } from '../../limits.ts'
import type { Peer } from '../../ports/mesh.ts'
import type { AcceptContext } from '../accept-wallet.ts'
import { type Group, groupId } from '../homes/group.ts'
import type { PeerAnswer } from '../peers/messages.ts'
import { holdersOf } from '../quorum/quorum.ts'
import type { ReplicatorContext } from '../replicator-context.ts'

/** A full page has another behind it. */
const nextOf = <Id>(page: readonly { readonly id: Id }[]): { readonly next?: Id } => {
  const last = page.at(-1)
  return page.length === inventoryPageWallets && last !== undefined ? { next: last.id } : {}
}

/** One page of what this zone holds of what the peer may hold. */
export const inventory = (
  context: Pick<AcceptContext, 'acknowledged' | 'unsent' | 'wallets'>,
  peer: Peer,
  { after, bucket }: { readonly after?: WalletId; readonly bucket?: number },
): {
  readonly wallets: [WalletId, number, number, string][]
  readonly next?: WalletId
} => {
  const page = context.wallets.ofZone(peer.zone, { after, bucket, limit: inventoryPageWallets })
  return {
    wallets: page
      .filter(({ id }) => !isUnsent(context, id))
      .map((one) => [one.id, one.epoch, one.version, one.hash]),
    ...nextOf(page),
  }
}

export const objectInventory = (
  context: Pick<ReplicatorContext, 'objects'>,
  peer: Peer,
  { after, bucket }: { readonly after?: ObjectId; readonly bucket?: number },
): { readonly objects: [ObjectId, number, number, boolean][]; readonly next?: ObjectId } => {
  const page = context.objects.ofZone(peer.zone, { after, bucket, limit: inventoryPageWallets })
  return {
    objects: page.map((one) => [one.id, one.epoch, one.version, one.destroyed]),
    ...nextOf(page),
  }
}

/**
 * Freezes, cancellations and what this zone agreed to, of wallets that the peer may hold. A page
 * ends with the wallet that fills it.
 */
export const markInventory = (
  {
    cancelled,
    crypto,
    marks,
    wallets,
  }: Pick<AcceptContext, 'cancelled' | 'crypto' | 'marks' | 'wallets'>,
  peer: Peer,
  after: WalletId | undefined,
): PeerAnswer<'marks'> => {
  const known = marks
    .wallets()
    .filter((id) => wallets.indexed(id)?.holders.includes(peer.zone) === true)
    .filter((id) => after === undefined || id > after)
    .toSorted()
  const page: PeerAnswer<'marks'>['wallets'] = []
  let count = 0
  for (const wallet of known) {
    if (count >= inventoryPageMarks) break
    const [said, opened] = [marks.of(wallet), marks.opened(wallet)]
    count += said.length + opened.length
    page.push({ wallet, marks: [...said], opened: [...opened] })
  }
  const last = page.at(-1)
  const more = page.length < known.length && last !== undefined
  const digest = after === undefined ? cancelledDigest({ cancelled, crypto }, peer.zone) : undefined
  return {
    wallets: page,
    ...(more ? { next: last.wallet } : {}),
    ...(digest !== undefined && { cancelled: digest }),
  }
}

export type SentGroup = {
  founder: ZoneId
  zones: ZoneId[]
  wallet?: WalletId
  from?: ZoneId[]
}

export const toSend = ({ founder, zones, wallet, from }: Group): SentGroup => ({
  founder,
  zones: [...zones],
  ...(wallet !== undefined && { wallet }),
  ...(from !== undefined && { from: [...from] }),
})

/** Promises of groups in which the peer is, behind `after`, in the order of the groups' names. */
export const promiseInventory = (
  { promises }: Pick<AcceptContext, 'promises'>,
  peer: Peer,
  after: string | undefined,
): {
  readonly promises: {
    group: SentGroup
    epoch: number
    candidate: ZoneId
    commandedAtMs: number
    without: ZoneId[]
  }[]
  readonly next?: string
} => {
  const known = promises
    .all()
    .filter(({ group }) => holdersOf(group).includes(peer.zone))
    .map((promised) => ({ ...promised, name: groupId(promised.group) }))
    .filter(({ name }) => after === undefined || name > after)
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
  const page = known.slice(0, inventoryPageWallets)
  const last = page.at(-1)
  return {
    promises: page.map(({ group, without, ...promised }) => ({
      group: toSend(group),
      epoch: promised.epoch,
      candidate: promised.candidate,
      commandedAtMs: promised.commandedAtMs,
      without: [...without],
    })),
    ...(known.length > page.length && last !== undefined ? { next: last.name } : {}),
  }
}
