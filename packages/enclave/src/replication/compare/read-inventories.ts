/** Reads what a peer holds of what both zones may hold, page by page. */
import { accept, type Result } from '@holdfast/base/errors'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../../limits.ts'
import type { Peer } from '../../ports/mesh.ts'
import type { RecordVersion } from '../../records/record-seal.ts'
import { eachPage } from '../peers/each-page.ts'
import type { Peers } from '../peers/peers.ts'

type Asking = { readonly peers: Peers; readonly peer: Peer; readonly bucket?: number | undefined }

export type PeerWallet = RecordVersion & { readonly id: WalletId }
export type PeerObject = RecordVersion & { readonly id: ObjectId; readonly destroyed: boolean }

const partOf = (bucket: number | undefined) => (bucket === undefined ? {} : { bucket })

/** Of one bucket (digests.ts), or of all. Refuses as soon as the peer does. */
export const eachPeerWallet = (
  { peers, peer, bucket }: Asking,
  visit: (wallet: PeerWallet) => Promise<void>,
): Promise<Result<void>> =>
  eachPage(
    (part: { readonly after?: WalletId }) =>
      peers.ask(peer, { type: 'inventory', ...part, ...partOf(bucket) }, peerTimeoutMs),
    async ({ wallets }) => {
      for (const [id, epoch, version] of wallets) await visit({ id, epoch, version })
      return accept(undefined)
    },
  )

export const eachPeerObject = (
  { peers, peer, bucket }: Asking,
  visit: (object: PeerObject) => Promise<void>,
): Promise<Result<void>> =>
  eachPage(
    (part: { readonly after?: ObjectId }) =>
      peers.ask(peer, { type: 'objects.inventory', ...part, ...partOf(bucket) }, peerTimeoutMs),
    async ({ objects }) => {
      for (const [id, epoch, version, destroyed] of objects) {
        await visit({ id, epoch, version, destroyed })
      }
      return accept(undefined)
    },
  )
