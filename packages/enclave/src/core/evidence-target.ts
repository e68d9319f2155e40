/** Whose evidence is asked for: this node's, or that of the node which answers for a wallet. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Peer } from '../ports/mesh.ts'
import { locate } from '../routing/locate.ts'
import type { CoreContext } from './context.ts'
import type { EvidenceTarget } from './core-interface.ts'

export const holderOf = async (
  context: CoreContext,
  target: EvidenceTarget,
): Promise<Result<Peer>> => {
  if (target.wallet !== undefined) return locate(context, target.wallet)
  const peer =
    target.boot === undefined
      ? target.zone === undefined
        ? undefined
        : context.peers.ofZone(target.zone)
      : context.peers.byBoot(target.boot)
  return peer === undefined ? refuse('unreachable', 'no link to this enclave') : accept(peer)
}

export const isSelf = (context: CoreContext, { zone, boot, wallet }: EvidenceTarget): boolean => {
  if (boot !== undefined) return boot === context.self.boot
  if (wallet !== undefined) return context.wallets.indexed(wallet) !== undefined
  return zone === undefined || zone === context.zone
}
