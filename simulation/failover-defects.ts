/** Deliberate defects of failover, as `defects.ts` has them of the rest. */
import { type Bytes, fromUtf8 } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import {
  encodePeerAnswer,
  type PeerRequest,
  parsePeerRequest,
} from '@holdfast/enclave/replication/peers/messages'
import type { DefectHooks } from './defects.ts'
import { noFaults } from './faults.ts'
import type { Delivery } from './simulated-network.ts'

const asked = ({ kind, bytes }: Delivery): PeerRequest | undefined => {
  if (kind !== 'question') return undefined
  const parsed = attempt(() => parsePeerRequest(bytes))
  return parsed.ok ? parsed.value : undefined
}

const epochOf = (wallet: Bytes): number => (JSON.parse(fromUtf8(wallet)) as { epoch: number }).epoch

const answer = (value: Parameters<typeof encodePeerAnswer>[0]) =>
  ({ type: 'answer', bytes: encodePeerAnswer(value) }) as const

/** Zones say of wallets that they never got that enough zones hold them. */
export const boastfulPeers = (): DefectHooks => ({
  message: (delivery, isCalm) => {
    const request = asked(delivery)
    if (request?.type === 'has') {
      return answer({ ok: true, value: { held: null, counts: true, acknowledged: true } })
    }
    return request?.type === 'put' && !isCalm ? { type: 'drop' } : undefined
  },
})

/**
 * A zone says that it has promised an epoch, and has not: it goes on to take what the old home
 * orders. While faults last, what the new home made does not come to it.
 */
export const brokenPromise = (): DefectHooks => {
  let liar: ZoneId | undefined
  return {
    faults: { ...noFaults, partition: 0.5 },
    message: (delivery, isCalm) => {
      const request = isCalm ? undefined : asked(delivery)
      if (request === undefined) return undefined
      if (request.type === 'promise') {
        liar ??= delivery.to
        if (delivery.to !== liar) return undefined
        return answer({ ok: true, value: { known: request.epoch ?? 1 } })
      }
      if (delivery.to === liar && request.type === 'put') {
        return epochOf(request.bundle.wallet) > 1 ? { type: 'drop' } : undefined
      }
      if (delivery.from !== liar) return undefined
      if (request.type === 'promises') return answer({ ok: true, value: { promises: [] } })
      return request.type === 'fetch' ? { type: 'drop' } : undefined
    },
  }
}
