/**
 * Whether a boot may stand for its zone: the one rule, applied by every node to every peer
 * (DESIGN §4).
 */
import type { ErrorCode } from '@holdfast/base/errors'
import type { BootId } from '@holdfast/base/ids'
import type { BootClaim } from './messages.ts'
import type { KnownZone } from './zone-book.ts'

export type ClaimFacts = {
  readonly boot: BootId
  /** Governors have named this boot in a statement that is in force here. */
  readonly stated: boolean
  /** The zone was not heard from under its known key for `refillSilenceMs`. */
  readonly gone: boolean
  /** No other boot of the zone is there that stands. */
  readonly alone: boolean
}

export type ClaimJudged =
  /** `same`: the key that is known; `rotated`: the zone's next one; `other`: a first, a refill. */
  | { readonly accepted: true; readonly key: 'same' | 'rotated' | 'other' }
  | { readonly accepted: false; readonly code: ErrorCode }

const no = (code: ErrorCode): ClaimJudged => ({ accepted: false, code })

/**
 * A first key is admitted once, and only one that was made in the boot that asks: nothing can have
 * been sealed under it before. After that the same key alone, or a later epoch: announced by a
 * boot that stands, or shown by it (rotation), or fresh where the zone is gone (refill).
 */
const judgeKey = (
  claim: BootClaim,
  known: KnownZone | undefined,
  facts: ClaimFacts,
): ClaimJudged => {
  const other: ClaimJudged = { accepted: true, key: 'other' }
  if (known === undefined) {
    return claim.fresh || facts.stated ? other : no('zone_key_unknown')
  }
  if (claim.epoch < known.epoch) return no('zone_key_replaced')
  if (claim.epoch === known.epoch) {
    return claim.keyId === known.keyId ? { accepted: true, key: 'same' } : no('zone_key_known')
  }
  const stands = known.boots.has(facts.boot)
  if (!claim.fresh) {
    const isNext = claim.epoch === known.epoch + 1 && known.next.includes(claim.keyId)
    return stands || isNext ? { accepted: true, key: 'rotated' } : no('zone_key_unknown')
  }
  // A fresh key empties the zone's store: never beside a node that could hand the old one over.
  return facts.gone || (stands && facts.alone) ? other : no('zone_not_gone')
}

/** A boot needs a higher number than all before it; nodes on a shared store stand together. */
const judgeBoot = (
  claim: BootClaim,
  known: KnownZone | undefined,
  { boot }: ClaimFacts,
): boolean => {
  if (known === undefined || known.boots.has(boot)) return true
  if (claim.shared && known.shared) return true
  return claim.order > Math.max(0, ...known.boots.values())
}

export const judgeClaim = (
  claim: BootClaim,
  known: KnownZone | undefined,
  facts: ClaimFacts,
): ClaimJudged => {
  const key = judgeKey(claim, known, facts)
  if (!key.accepted) return key
  // Under a key that is not handed on the boots of the old one count no more.
  const boots = key.key === 'other' ? undefined : known
  return judgeBoot(claim, boots, facts) ? key : no('boot_replaced')
}
