/** How much of each limit is left, by zone, as far as the zones can be asked. */

import type { LimitState } from '@holdfast/base/answers'
import { accept, type Result } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { formatTimestamp } from '@holdfast/base/time'
import { peerTimeoutMs } from '../limits.ts'
import type { PeerAnswer } from '../replication/peers/messages.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { credited, figureAt, latestWindow } from './count-record.ts'
import { type Counter, countersOf, windowAt, windowEndMs } from './counter.ts'
import type { CounterContext } from './counter-context.ts'
import { recoverWindows } from './recover.ts'
import { restOf } from './rest.ts'
import { shareIn } from './shares.ts'

type Report = PeerAnswer<'count.report'>

const leftOf = (
  entry: WalletEntry,
  zone: ZoneId,
  counter: Counter,
  { report, window }: { readonly report: Report; readonly window: number },
): bigint => {
  const share = shareIn(entry.wallet, counter, { zone, window })
  const found = report.own.find((one) => one.counter === counter.id)
  if (found === undefined || found.window < window) return share
  const left = share + BigInt(found.credited) - BigInt(found.spent)
  return left > 0n ? left : 0n
}

const ask = async (
  { peers }: CounterContext,
  entry: WalletEntry,
  zone: ZoneId,
): Promise<Report | undefined> => {
  const peer = peers.ofZone(zone)
  if (peer === undefined) return undefined
  const request = { type: 'count.report', wallet: entry.wallet.id } as const
  const answer = await peers.ask(peer, request, peerTimeoutMs)
  return answer.ok ? answer.value : undefined
}

/** Refusals: `not_counted`, `time_unknown`, and those of the store. */
export const showLimits = async (
  context: CounterContext,
  entry: WalletEntry,
): Promise<Result<readonly LimitState[]>> => {
  const { zones } = entry.wallet.placement
  const { clocks } = restOf(context, entry)
  const counters = countersOf(entry.wallet.policy)
  if (counters.length === 0) return accept([])
  const recovered = await recoverWindows(context, entry)
  if (!recovered.ok) return recovered
  const agreed = await context.time.bring(clocks)
  if (!agreed.ok) return agreed
  const record = await context.table.read(entry.wallet.id)
  if (!record.ok) return record
  const others = zones.filter((zone) => zone !== context.zone)
  const reports = await Promise.all(
    others.map(async (zone) => ({ zone, report: await ask(context, entry, zone) })),
  )
  const { blocks } = context.table.memory(entry.wallet.id)
  return accept(
    counters.map(({ rule, limit, counter }) => {
      const lengthMs = limit.windowMs
      const now = windowAt(lengthMs, agreed.value.earliestMs)
      const window = Math.max(now, latestWindow(record.value, counter.id))
      const figure = figureAt(record.value, counter.id, window)
      const block = blocks.get(counter.id)
      const mayCount = window * lengthMs >= recovered.value.fromMs
      const inMemory = block?.window === window ? block.left + block.reserved : 0n
      const own =
        shareIn(entry.wallet, counter, { zone: context.zone, window }) +
        credited(figure, counter) -
        BigInt(figure.spent) +
        inMemory
      return {
        rule: rule.id,
        limit,
        opensAt: formatTimestamp(window * lengthMs),
        endsAt: formatTimestamp(windowEndMs(lengthMs, window)),
        zones: [
          { zone: context.zone, left: String(own > 0n && mayCount ? own : 0n) },
          ...reports.map(({ zone, report }) => ({
            zone,
            left:
              report === undefined
                ? null
                : String(leftOf(entry, zone, counter, { report, window })),
          })),
        ],
      }
    }),
  )
}
