/** A node that hears of a newer manifest asks the peer that has it: governors signed it, or not. */
import type { VerifiedManifest } from '@holdfast/attestation'
import type { Manifests } from '../ports/manifests.ts'
import type { Peer } from '../ports/mesh.ts'
import type { Peers } from '../replication/peers/peers.ts'
import { announceTimeoutMs, manifestsAtOnceMax } from './limits.ts'

export type FetchManifests = (peer: Peer, serial: number) => void

/** One fetch at a time: who is told of another meanwhile is told again. */
export const createFetchManifests = (context: {
  readonly peers: Peers
  readonly manifest: () => VerifiedManifest
  readonly manifests: Manifests | undefined
}): FetchManifests => {
  const { manifest, manifests, peers } = context
  let isFetching = false
  const fetch = async (peer: Peer): Promise<void> => {
    const { serial } = manifest().manifest
    const asked = { type: 'manifest.after', serial, limit: manifestsAtOnceMax } as const
    const answer = await peers.ask(peer, asked, announceTimeoutMs)
    if (answer.ok && answer.value.manifests.length > 0)
      await manifests?.take(answer.value.manifests)
  }
  return (peer, serial) => {
    if (isFetching || manifests === undefined || serial <= manifest().manifest.serial) return
    isFetching = true
    void fetch(peer).finally(() => {
      isFetching = false
    })
  }
}
