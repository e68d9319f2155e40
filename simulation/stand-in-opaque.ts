/**
 * What stands in for OPAQUE, whose library takes its randomness from the runtime: it tells right
 * from wrong at the same two moments, and keeps nothing secret. All around it is real: setups from
 * the wallet's key, sealed sessions, guesses counted before the answer.
 */
import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Opaque } from '@holdfast/enclave/ports/opaque'
import type { GuessWatch } from './guess-watch.ts'

export const rightPassword = 'right'

type Guess = { readonly guess: number; readonly password: string }

export const guessMessage = (guess: Guess): string => toBase64Url(utf8(JSON.stringify(guess)))

/** What a client sends that finds its guess right. */
export const finishMessage = ({ guess }: Guess): string => toBase64Url(utf8(`finish ${guess}`))

const parseGuess = (request: string): Guess | undefined => {
  const parsed = attempt(() => JSON.parse(fromUtf8(fromBase64Url(request))) as Guess)
  return parsed.ok ? parsed.value : undefined
}

export const standInOpaque = (watch: GuessWatch): Opaque => ({
  setup: (secret) => toBase64Url(secret),
  register: ({ request }) => request,
  start: ({ user, record, request }) => {
    const guess = parseGuess(request)
    if (guess === undefined) return undefined
    watch.evaluated(user, guess.guess)
    const isRight = record !== undefined && guess.password === rightPassword
    const finish = isRight ? finishMessage(guess) : ''
    const state = JSON.stringify({ user, finish, guess: guess.guess })
    return { response: request, state }
  },
  finish: ({ state, request }) => {
    const { user, finish, guess } = JSON.parse(state) as {
      user: string
      finish: string
      guess: number
    }
    const isRight = finish !== '' && request === finish
    if (isRight) watch.succeeded(user, guess)
    return isRight
  },
})

export const withStandIn = (crypto: Crypto, watch: GuessWatch): Crypto => ({
  ...crypto,
  opaque: standInOpaque(watch),
})
