/** Builds `wallet.cancel`: a creation that no other zone was sent ends. */
import { type CancelAnswer, cancelAnswer } from '@holdfast/base/answers'
import type { WalletId } from '@holdfast/base/ids'
import { type Header, mustMatch, type Prepared, prepare } from './prepared.ts'

export const cancelWallet = (
  wallet: WalletId,
  { header }: { readonly header: Header },
): Prepared<CancelAnswer> =>
  prepare({ operation: 'wallet.cancel', ...header, wallet }, cancelAnswer, (answer) => {
    mustMatch(answer.wallet, wallet)
    return undefined
  })
