/** Under which names guesses are counted: strangers', known devices', and those at nobody. */
import { concat, utf8 } from '@holdfast/base/bytes'
import { CredentialId, type PersonId } from '@holdfast/base/ids'
import type { Crypto } from '../../ports/crypto.ts'

/** Names that nobody has share so many counts a wallet: strangers cannot fill a store. */
const unknownCounts = 64

/** The person's own devices go on where strangers have spent their guesses. */
export const deviceGuesses = (crypto: Crypto, credential: CredentialId): CredentialId =>
  CredentialId.of(crypto.sha256(utf8(`guesses of devices\0${credential}`)).subarray(0, 16))

export const unknownGuesses = (crypto: Crypto, person: PersonId): CredentialId => {
  const count = (crypto.sha256(utf8(person))[0] as number) % unknownCounts
  const named = concat(utf8(`guesses at nobody\0${count}`))
  return CredentialId.of(crypto.sha256(named).subarray(0, 16))
}
