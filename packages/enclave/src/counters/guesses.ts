/** Guesses at a password, counted durably before they are answered, in all zones together. */
import { accept, type Result } from '@holdfast/base/errors'
import type { CredentialId } from '@holdfast/base/ids'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { latestWindow, withFigure } from './count-record.ts'
import { guessCounter } from './counter.ts'
import type { CounterContext } from './counter-context.ts'
import { askEndorsement } from './endorse.ts'
import { recover } from './recover.ts'
import { take } from './take.ts'

/** One guess of at most `limit` between two successes. Refuses `locked`, `not_counted`. */
export const countGuess = async (
  context: CounterContext,
  entry: WalletEntry,
  guess: { readonly credential: CredentialId; readonly limit: number },
): Promise<Result<void>> => {
  const taken = await take(context, entry, guessCounter(guess.credential, guess.limit), 1n)
  return taken.ok ? accept(undefined) : taken
}

const opensMax = 4

/**
 * After a right guess: the next window opens, with all of its guesses. A majority knows of it
 * before this is accepted, so that no zone goes on counting in the old one.
 */
export const noteSuccess = async (
  context: CounterContext,
  entry: WalletEntry,
  guess: { readonly credential: CredentialId; readonly limit: number },
): Promise<Result<void>> => {
  const { table } = context
  const { id } = entry.wallet
  const counter = guessCounter(guess.credential, guess.limit)
  const recovered = await recover(context, entry)
  if (!recovered.ok) return recovered
  let least = 0
  for (let attempt = 0; attempt < opensMax; attempt += 1) {
    const opened = await table.change(id, (record) => {
      const window = Math.max(least, latestWindow(record, counter.id) + 1)
      const figure = { window, spent: '0', credits: [], debits: [] }
      return accept({ value: window, record: withFigure(record, counter.id, figure) })
    })
    if (!opened.ok) return opened
    table.memory(id).blocks.delete(counter.id)
    const window = opened.value
    const endorsed = await askEndorsement(context, entry, counter, { window, spent: 0n })
    if (!endorsed.ok) return endorsed
    if (endorsed.value.newer === undefined) return accept(undefined)
    least = endorsed.value.newer + 1
  }
  return accept(undefined)
}
