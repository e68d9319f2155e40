/** A change of a wallet is built on the version it has: anew where another change came first. */
import type { WalletAnswer } from '@holdfast/base/answers'
import { RefusalError } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import type { Wallet } from '@holdfast/base/wallet'
import type { RequestOptions } from './client.ts'
import { rebaseMax } from './limits.ts'
import type { Header, Prepared } from './requests/prepared.ts'

type Build<Options> = (
  options: Options,
  on: { readonly header: Header; readonly base: Seen; readonly shown: Wallet },
) => Prepared<WalletAnswer>

const isConflict = (error: unknown): boolean =>
  error instanceof RefusalError && error.refusal.code === 'conflict'

/** `rebasing(parts)(addAccounts)` shows the wallet, builds the change on it, and sends that. */
export const rebasing =
  (parts: {
    readonly show: (wallet: WalletId, request?: RequestOptions) => Promise<WalletAnswer>
    readonly send: (
      prepared: Prepared<WalletAnswer>,
      request?: RequestOptions,
    ) => Promise<WalletAnswer>
    readonly header: () => Header
  }) =>
  <Options extends { readonly wallet: WalletId }>(build: Build<Options>) =>
  async (options: Options, request?: RequestOptions): Promise<WalletAnswer> => {
    for (let attempt = 1; ; attempt += 1) {
      const { wallet } = await parts.show(options.wallet, request)
      const base = { epoch: wallet.epoch, version: wallet.version }
      try {
        return await parts.send(
          build(options, { header: parts.header(), base, shown: wallet }),
          request,
        )
      } catch (error) {
        if (attempt === rebaseMax || !isConflict(error)) throw error
      }
    }
  }
