/** The operations that only look. */
import type { WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import type { Client, RequestOptions } from './client.ts'
import type { Header, Prepared } from './requests/prepared.ts'
import {
  listWallets,
  showLimits,
  showOutcome,
  showSupersededObjects,
  showWallet,
} from './requests/read.ts'

type Context = {
  readonly send: <Answer>(prepared: Prepared<Answer>, request?: RequestOptions) => Promise<Answer>
  readonly header: () => Header
  readonly seenOf: (wallet: WalletId) => { readonly seen?: Seen }
}

export type Readings = Pick<
  Client,
  'listWallets' | 'outcome' | 'showLimits' | 'showWallet' | 'supersededObjects'
>

export const readings = ({ send, header, seenOf }: Context): Readings => ({
  showWallet: (wallet, request) =>
    send(showWallet(wallet, { header: header(), ...seenOf(wallet) }), request),
  showLimits: (wallet, request) =>
    send(showLimits(wallet, { header: header(), ...seenOf(wallet) }), request),
  outcome: (asked, request) =>
    send(showOutcome(asked, { header: header(), ...seenOf(asked.wallet) }), request),
  supersededObjects: (wallet, request) =>
    send(showSupersededObjects(wallet, { header: header(), ...seenOf(wallet) }), request),
  listWallets: (options = {}, request) => send(listWallets(options, { header: header() }), request),
})
