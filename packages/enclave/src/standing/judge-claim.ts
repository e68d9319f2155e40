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
  | { readonly accepted: true; readonly newKey: boolean }
  | { readonly accepted: false; readonly code: ErrorCode }

const no = (code: ErrorCode): ClaimJudged => ({ accepted: false, code })

/**
 * A first key is admitted once, and only one that was made in the boot that asks: nothing can have
 * been sealed under it before. After that the same key alone, or a later epoch: announced by a
 * boot that stands (rotation), or fresh where the zone is gone (refill), and only then.
 */
const judgeKey = (
  claim: BootClaim,
  known: KnownZone | undefined,
  facts: ClaimFacts,
): ClaimJudged => {
  const newKey: ClaimJudged = { accepted: true, newKey: true }
  if (known === undefined) {
    return claim.fresh || facts.stated ? newKey : no('zone_key_unknown')
  }
  if (claim.epoch < known.epoch) return no('zone_key_replaced')
  if (claim.epoch === known.epoch) {
    return claim.keyId === known.keyId ? { accepted: true, newKey: false } : no('zone_key_known')
  }
  // A fresh key empties the zone's store: never beside a node that could hand the old one over.
  const stands = known.boots.has(facts.boot)
  if (!claim.fresh) return stands ? newKey : no('zone_key_unknown')
  return facts.gone || (stands && facts.alone) ? newKey : no('zone_not_gone')
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
  // Under a new key the boots of the old one count no more.
  const boots = key.newKey ? undefined : known
  return judgeBoot(claim, boots, facts) ? key : no('boot_replaced')
}
