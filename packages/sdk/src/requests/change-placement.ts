/** Builds `placement.change` and `placement.give-up`: which zones hold a wallet and decide. */
import { type WalletAnswer, walletAnswer } from '@holdfast/base/answers'
import { fail } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { PlacementConstraints } from '@holdfast/base/placement'
import { type PlacementZone, resolvePlacement } from '@holdfast/base/placement-resolve'
import type { Seen } from '@holdfast/base/requests/header'
import type { Wallet } from '@holdfast/base/wallet'
import { type Header, mustMatch, observeWallet, type Prepared, prepare } from './prepared.ts'

export type ChangePlacement = {
  readonly wallet: WalletId
  /** As at a creation; resolved from the wallet's home, which must be among the zones. */
  readonly placement: PlacementConstraints
  /** Zones that must hold a change before it is final; default as it is, where zones are enough. */
  readonly durability?: number
  /** Where owners are missing, it waits for them; the refusal `waiting` names it. */
  readonly wait?: boolean
}

export type GiveUpZone = {
  readonly wallet: WalletId
  /** The zone that is gone, one of the wallet's two. */
  readonly zone: ZoneId
}

export const giveUpZone = (
  { wallet, zone }: GiveUpZone,
  { header, base }: { readonly header: Header; readonly base: Seen },
): Prepared<WalletAnswer> =>
  prepare(
    { operation: 'placement.give-up', ...header, wallet, base, zone },
    walletAnswer,
    (answer) => {
      mustMatch(answer.wallet.id, wallet)
      return observeWallet(answer)
    },
  )

/** Refusals: those of `resolvePlacement`. */
export const changePlacement = (
  { wallet, placement, durability, wait = false }: ChangePlacement,
  on: {
    readonly header: Header
    readonly base: Seen
    readonly shown: Wallet
    readonly zones: readonly PlacementZone[]
  },
): Prepared<WalletAnswer> => {
  const { header, base, shown, zones } = on
  const resolve = (needed: number | undefined) =>
    resolvePlacement({
      constraints: placement,
      home: shown.home,
      zones,
      ...(needed === undefined ? {} : { durability: needed }),
    })
  const kept = resolve(durability ?? shown.placement.durability)
  const resolved = kept.ok || durability !== undefined ? kept : resolve(undefined)
  if (!resolved.ok) {
    const { code, detail, subject } = resolved.refusal
    return fail(code, detail, subject)
  }
  return prepare(
    {
      operation: 'placement.change',
      ...header,
      ...(wait && { wait }),
      wallet,
      base,
      placement: resolved.value,
    },
    walletAnswer,
    (answer) => {
      mustMatch(answer.wallet.id, wallet)
      return observeWallet(answer)
    },
  )
}
