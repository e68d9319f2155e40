/** Reads what a peer holds of what both zones may hold, page by page. */
import { accept, type Result } from '@holdfast/base/errors'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../../limits.ts'
import type { Peer } from '../../ports/mesh.ts'
import type { RecordVersion } from '../../records/record-seal.ts'
import type { Peers } from '../peers/peers.ts'

type Asking = { readonly peers: Peers; readonly peer: Peer; readonly bucket?: number | undefined }

const partOf = <Id>(after: Id | undefined, bucket: number | undefined) => ({
  ...(after === undefined ? {} : { after }),
  ...(bucket === undefined ? {} : { bucket }),
})

export type PeerWallet = RecordVersion & { readonly id: WalletId }
export type PeerObject = RecordVersion & { readonly id: ObjectId; readonly destroyed: boolean }

/** Of one bucket (digests.ts), or of all. Refuses as soon as the peer does. */
export const eachPeerWallet = async (
  { peers, peer, bucket }: Asking,
  visit: (wallet: PeerWallet) => Promise<void>,
): Promise<Result<void>> => {
  let after: WalletId | undefined
  do {
    const request = { type: 'inventory', ...partOf(after, bucket) } as const
    const page = await peers.ask(peer, request, peerTimeoutMs)
    if (!page.ok) return page
    for (const [id, epoch, version] of page.value.wallets) await visit({ id, epoch, version })
    after = page.value.next
  } while (after !== undefined)
  return accept(undefined)
}

export const eachPeerObject = async (
  { peers, peer, bucket }: Asking,
  visit: (object: PeerObject) => Promise<void>,
): Promise<Result<void>> => {
  let after: ObjectId | undefined
  do {
    const request = { type: 'objects.inventory', ...partOf(after, bucket) } as const
    const page = await peers.ask(peer, request, peerTimeoutMs)
    if (!page.ok) return page
    for (const [id, epoch, version, destroyed] of page.value.objects) {
      await visit({ id, epoch, version, destroyed })
    }
    after = page.value.next
  } while (after !== undefined)
  return accept(undefined)
}
