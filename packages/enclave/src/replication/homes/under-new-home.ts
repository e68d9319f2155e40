/** What of a wallet's document changes when another zone takes it over, in a later epoch. */
import type { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { founderOf } from './group.ts'

/**
 * A zone is promised an epoch of a wallet alone only by a majority that holds its move: from then
 * on what was promised in the group that it left says nothing of it (decision 0014).
 */
export const underNewHome = (
  wallet: Wallet,
  home: ZoneId,
): Pick<Wallet, 'founder' | 'home' | 'moved'> => {
  const { founder: _left, ...moved } = wallet.moved ?? {}
  return {
    home,
    founder: founderOf(wallet),
    ...(wallet.moved !== undefined && { moved: moved as Wallet['moved'] & object }),
  }
}
