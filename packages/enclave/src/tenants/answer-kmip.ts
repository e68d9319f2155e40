/** What a holder answers to nodes that speak for KMIP clients (DESIGN §5). */
import type { KmipAddresses } from '@holdfast/base/answers'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CoreContext } from '../core/context.ts'
import type { KmipServer } from '../kmip/create-kmip-server.ts'
import type { Peer } from '../ports/mesh.ts'
import type { PeerAnswer, PeerRequest } from '../replication/peers/messages.ts'
import { holderHere } from './kmip-caller.ts'
import { checkLevel, lowestLevel } from './level-rule.ts'

/** KMIP as this node serves it. */
export type ServedKmip = {
  readonly server: KmipServer | undefined
  /** Where clients find it. */
  readonly addresses: KmipAddresses
}

type Asked<Type extends PeerRequest['type']> = Extract<PeerRequest, { type: Type }>

/** Which wallet of this zone lists the key, if one does; the asker learns where to send clients. */
export const answerKmipCaller = async (
  context: CoreContext,
  { addresses }: ServedKmip,
  { credential }: Asked<'kmip.caller'>,
): Promise<Result<PeerAnswer<'kmip.caller'>>> => {
  const holder = await holderHere(context, credential)
  const entry = holder.ok ? await context.wallets.read(holder.value.tenant) : undefined
  if (!holder.ok || entry === undefined) return accept({ holder: null })
  const { tenant } = holder.value
  return accept({ holder: { tenant, lowestLevel: lowestLevel(context, entry), addresses } })
}

/**
 * A client's message, judged here as if the client had come here, for a node of a sufficient
 * level. Refuses `not_here`, `not_ready`.
 */
export const answerKmipMessage = async (
  context: CoreContext,
  { server }: ServedKmip,
  peer: Peer,
  { tenant, credential, form, message }: Asked<'kmip.message'>,
): Promise<Result<PeerAnswer<'kmip.message'>>> => {
  const entry = await context.wallets.read(tenant)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet', tenant)
  const allowed = checkLevel(context, peer.level, entry)
  if (!allowed.ok) return allowed
  if (server === undefined) return refuse('not_ready', 'this node has not started yet')
  return accept({ answer: await server.handle({ tenant, credential }, message, form) })
}
