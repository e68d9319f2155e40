/**
 * Invariant 7: of one password, at most `limit` guesses are evaluated between two right ones. A
 * guess is on its way for a while, so that it may belong before or behind a login that it met: what
 * is looked at is that there is a way to say so for all of them.
 */
import { strangerGuessesMax } from '@holdfast/enclave/limits'
import type { Checks } from './checks.ts'

/** Between how many right ones it came, and was evaluated. */
type Span = { readonly came: number; readonly evaluated: number }

export class GuessWatch {
  readonly #checks: Checks
  /** Right ones that an enclave has seen, and the last of them that its client was told of. */
  readonly #rightOnes = new Map<string, number>()
  readonly #told = new Map<string, number>()
  readonly #numbers = new Map<number, number>()
  readonly #came = new Map<number, number>()
  readonly #spans = new Map<string, Span[]>()
  /** By the outcome of a login, for the report. */
  evaluations = 0

  constructor(checks: Checks) {
    this.#checks = checks
  }

  /** A guess reached a node. A right one that was not answered yet is still on its way. */
  arrived(user: string, guess: number): void {
    this.#came.set(guess, this.#told.get(user) ?? 0)
  }

  /** An enclave answers: from here on the client may know whether it was right. */
  evaluated(user: string, guess: number): void {
    const now = this.#rightOnes.get(user) ?? 0
    const spans = this.#spans.get(user) ?? []
    this.#spans.set(user, spans)
    spans.push({ came: this.#came.get(guess) ?? 0, evaluated: now })
    this.evaluations += 1
    for (let from = 0; from <= now; from += 1) {
      const within = spans.filter(({ came }) => came >= from).length
      const most = strangerGuessesMax * (now - from + 1)
      this.#checks.expect(
        7,
        within <= most,
        () => `${within} guesses at ${user} were evaluated, ${now - from} of them right`,
      )
    }
  }

  /** It was right; its enclave goes on to open a new window for those that follow. */
  succeeded(user: string, guess: number): void {
    const number = (this.#rightOnes.get(user) ?? 0) + 1
    this.#rightOnes.set(user, number)
    this.#numbers.set(guess, number)
  }

  /** Its client was told so: whoever guesses from now on comes behind it. */
  told(user: string, guess: number): void {
    const number = this.#numbers.get(guess) ?? 0
    this.#told.set(user, Math.max(this.#told.get(user) ?? 0, number))
  }
}
