/** Guesses of KMIP clients at the credentials of objects, counted as those at passwords are. */
import { utf8 } from '@holdfast/base/bytes'
import { accept, refuse } from '@holdfast/base/errors'
import { CredentialId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import type { Guess } from '../counters/create-counters.ts'
import type { OwnerGuesses } from '../kmip/check-owner.ts'
import type { KmipCaller } from '../kmip/create-kmip-server.ts'
import { kmipOwnerGuessesMax } from '../limits.ts'
import { createSerial } from '../serial.ts'

/** By certificate: who guesses with one does not lock the others out. */
const guessOf = ({ crypto }: CoreContext, { credential }: KmipCaller, owner: string): Guess => {
  const named = utf8(`guesses of KMIP\0${credential}\0${owner}`)
  return {
    credential: CredentialId.of(crypto.sha256(named).subarray(0, 16)),
    limit: kmipOwnerGuessesMax,
  }
}

export const createOwnerGuesses = (context: CoreContext): OwnerGuesses => {
  // Connections that a client opens at once show what is right one after the other, so that what
  // they count before they are known to be right does not lock it out.
  const serial = createSerial<CredentialId>()
  return {
    guess: async (caller, owner, isRight) => {
      const entry = await context.wallets.read(caller.tenant)
      if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
      const guess = guessOf(context, caller, owner)
      return serial.alone(guess.credential, async () => {
        const counted = await context.counters.guess(entry, guess)
        if (!counted.ok) return counted
        if (!isRight()) return accept(false)
        const noted = await context.counters.succeeded(entry, guess)
        return noted.ok ? accept(true) : noted
      })
    },
  }
}
