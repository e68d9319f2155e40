/** KMIP for clients whose wallet is in other zones: asked for there, if this node may. */
import type { Bytes } from '@holdfast/base/bytes'
import { accept, type ErrorCode, type Result, refuse } from '@holdfast/base/errors'
import type { CredentialId } from '@holdfast/base/ids'
import { decodeTtlv, encodeTtlv } from '@holdfast/kmip'
import type { CoreContext } from '../core/context.ts'
import { type KmipForm, kmipCodecs } from '../kmip/kmip-codecs.ts'
import { kmipAnswerBytesMax, kmipRequestBytesMax } from '../kmip/limits.ts'
import { peerTimeoutMs, requestTimeoutMs } from '../limits.ts'
import { locate } from '../routing/locate.ts'
import type { CertificateHolder, Elsewhere } from './certificate-holder.ts'
import { ownLevel } from './level-rule.ts'

const addressesMax = 8

/** Asks every peer which wallet lists the key. Refuses `unauthenticated` where none does. */
export const findElsewhere = async (
  context: CoreContext,
  credential: CredentialId,
): Promise<Result<CertificateHolder>> => {
  const others = context.peers.list().filter(({ zone }) => zone !== context.zone)
  const request = { type: 'kmip.caller' as const, credential }
  const answers = await Promise.all(
    others.map((peer) => context.peers.ask(peer, request, peerTimeoutMs)),
  )
  const holders = answers.flatMap((one) => (one.ok ? (one.value.holder ?? []) : []))
  const [first] = holders
  if (first === undefined) {
    return refuse('unauthenticated', 'no wallet lists the key of this certificate')
  }
  const { tenant } = first
  const same = holders.filter((one) => one.tenant === tenant)
  const elsewhere: Elsewhere = {
    lowestLevel: Math.max(...same.map(({ lowestLevel }) => lowestLevel)),
    addresses: same.map(({ addresses }) => addresses).slice(0, addressesMax),
  }
  return accept({ tenant, credential, elsewhere })
}

const textOf = ({ addresses }: Elsewhere): string => {
  const all = addresses.flatMap(({ tls, https }) => tls ?? https ?? [])
  return all.length === 0 ? 'another zone holds the wallet' : `ask ${all.join(', ')}`
}

/** What another node says when the wallet is not where it was. */
const moved: ReadonlySet<ErrorCode> = new Set(['not_here', 'unknown', 'unreachable'])

const toTtlv = (untrusted: Bytes, form: KmipForm): Result<Bytes> => {
  if (form === 'ttlv') return accept(untrusted)
  const tree = kmipCodecs[form].decode(untrusted)
  if (!tree.ok) return tree
  const bytes = encodeTtlv(tree.value)
  return bytes.length > kmipRequestBytesMax
    ? refuse('too_large', 'the message is longer than the limit')
    : accept(bytes)
}

const fromTtlv = (untrusted: Bytes, form: KmipForm): Result<Bytes> => {
  if (form === 'ttlv') return accept(untrusted)
  const tree = decodeTtlv(untrusted, { messageBytesMax: kmipAnswerBytesMax })
  return tree.ok ? accept(kmipCodecs[form].encode(tree.value)) : tree
}

/**
 * The answer of a holder. Refuses `not_here` with the holders' addresses where this node may not
 * speak for the client, and what `locate` refuses.
 */
export const relayKmip = async (
  context: CoreContext,
  { tenant, credential, elsewhere }: CertificateHolder,
  untrusted: Bytes,
  form: KmipForm,
): Promise<Result<Bytes>> => {
  if (elsewhere !== undefined && ownLevel(context) < elsewhere.lowestLevel) {
    return refuse('not_here', textOf(elsewhere))
  }
  // It goes as TTLV, which is the shortest: text may be longer than a frame.
  const message = toTtlv(untrusted, form)
  if (!message.ok) return message
  const holder = await locate(context, tenant)
  if (!holder.ok) return holder
  const asked = { tenant, credential, form: 'ttlv', message: message.value } as const
  const request = { type: 'kmip.message' as const, ...asked }
  const answer = await context.peers.ask(holder.value, request, requestTimeoutMs)
  if (answer.ok) return fromTtlv(answer.value.answer, form)
  if (moved.has(answer.refusal.code)) context.locations.forget(tenant)
  return answer
}
