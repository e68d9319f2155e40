/**
 * `objects.superseded`: changes of managed objects that another home left behind, as the zones of
 * the placement have kept them. Whoever may see the wallet may ask.
 */
import type { SupersededObjectsAnswer } from '@holdfast/base/answers'
import { accept, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { SupersededObject } from '@holdfast/base/past-request'
import type { CoreContext } from '../core/context.ts'
import { authorise } from '../credentials/authorise.ts'
import { peerTimeoutMs } from '../limits.ts'
import { supersededHere } from '../outcomes/superseded-objects.ts'
import { groupOf } from '../replication/homes/group.ts'
import { holdersOf } from '../replication/quorum/quorum.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Run } from './call.ts'

const askAll = async (
  context: CoreContext,
  { wallet }: WalletEntry,
): Promise<Pick<SupersededObjectsAnswer, 'objects' | 'silent'>> => {
  const silent: ZoneId[] = []
  const objects: SupersededObject[] = []
  await Promise.all(
    holdersOf(groupOf(wallet)).map(async (zone) => {
      if (zone === context.zone) {
        objects.push(...(await supersededHere(context, wallet.id)))
        return
      }
      const peer = context.peers.ofZone(zone)
      const question = { type: 'superseded', wallet: wallet.id } as const
      const answer = peer && (await context.peers.ask(peer, question, peerTimeoutMs))
      if (answer?.ok === true) objects.push(...answer.value.objects)
      else silent.push(zone)
    }),
  )
  const key = (one: SupersededObject): string => `${one.object} ${one.zone}`
  return {
    objects: objects.toSorted((left, right) => (key(left) < key(right) ? -1 : 1)),
    silent: silent.toSorted(),
  }
}

/** Refusals: of the judge; `not_here`. */
export const objectsSuperseded: Run<'objects.superseded'> = async (context, call) => {
  const { wallet } = call.request
  const entry = await context.wallets.read(wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, entry, call, {
    purpose: 'read',
    question: { operation: 'wallet.show' },
  })
  if (!allowed.ok) return allowed
  const answer: SupersededObjectsAnswer = {
    wallet,
    ...(await askAll(context, entry)),
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
