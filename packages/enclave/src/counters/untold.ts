/**
 * What was counted while zones were given up, nobody but those left stands behind. Once all decide
 * again, the others are told, so that a store which is put back from then on makes nothing undone.
 */
import type { WalletId } from '@holdfast/base/ids'
import { figureOf } from './count-record.ts'
import { countersOf } from './counter.ts'
import type { CounterContext } from './counter-context.ts'
import { askEndorsement } from './endorse.ts'
import { restOf } from './rest.ts'

/** Settles when others stand behind it, or cannot be asked now. */
export const tellUntold = async (context: CounterContext, id: WalletId): Promise<void> => {
  const memory = context.table.memory(id)
  if (!memory.recovered || memory.untold.size === 0) return
  const entry = await context.wallets.read(id)
  if (entry === undefined || !restOf(context, entry).isWhole) return
  const record = await context.table.read(id)
  if (!record.ok) return
  const counters = countersOf(entry.wallet.policy)
  for (const name of memory.untold) {
    const { window, spent } = figureOf(record.value, name)
    const found = counters.find(({ counter }) => counter.id === name)
    const asked = { window, spent: BigInt(spent) }
    const told = found && (await askEndorsement(context, entry, found.counter, asked))
    if (told === undefined || told.ok) memory.untold.delete(name)
  }
}
