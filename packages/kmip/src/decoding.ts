/** What bounds a decoder, and what it counts while it reads. */
import { fail } from '@holdfast/base/errors'
import { depthMax, itemsMax, messageBytesMax, textScale } from './limits.ts'

/** Limits of one message; each has a default in limits.ts. */
export type DecodeLimits = {
  readonly messageBytesMax?: number
  readonly depthMax?: number
  readonly itemsMax?: number
}

export type Budget = {
  /** Counts one more item; `too_large` beyond the limit. */
  readonly spendItem: () => void
  /** `too_large` where structures nest deeper than allowed. */
  readonly checkDepth: (depth: number) => void
}

const checkLength = (byteLength: number, most: number): void => {
  if (byteLength > most) fail('too_large', 'the message is longer than the limit')
}

/** Checks the length of an XML or JSON message and begins to count its items. */
export const textBudget = (byteLength: number, limits: DecodeLimits): Budget => {
  checkLength(byteLength, (limits.messageBytesMax ?? messageBytesMax) * textScale)
  return budget(0, limits)
}

/** Checks the length of a TTLV message and begins to count its items. */
export const budget = (byteLength: number, limits: DecodeLimits): Budget => {
  checkLength(byteLength, limits.messageBytesMax ?? messageBytesMax)
  let itemsLeft = limits.itemsMax ?? itemsMax
  const depthLeft = limits.depthMax ?? depthMax
  return {
    spendItem: () => {
      itemsLeft -= 1
      if (itemsLeft < 0) fail('too_large', 'the message has more items than the limit')
    },
    checkDepth: (depth) => {
      if (depth > depthLeft) fail('too_large', 'structures nest deeper than the limit')
    },
  }
}
