/** A frozen wallet signs nothing, whatever its policy says (DESIGN §6). */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { frozenBy } from '@holdfast/base/mark'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { MarkTable } from './mark-table.ts'

/** Refuses `frozen`, naming the person who froze it. At once, so that nothing comes in between. */
export const checkUnfrozen = (
  { marks }: { readonly marks: Pick<MarkTable, 'of'> },
  { wallet }: Pick<WalletEntry, 'wallet'>,
): Result<void> => {
  const [first] = frozenBy(marks.of(wallet.id), wallet)
  return first === undefined
    ? accept(undefined)
    : refuse('frozen', 'an owner has frozen the wallet', first.person)
}
