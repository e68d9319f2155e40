/**
 * Whether a request shows the credential that an object was made under. Whoever names the right
 * user and not the right secret has guessed: each guess is counted durably before it is evaluated,
 * for the client's certificate and this owner, so that no host gets one more by ending the node.
 * What was shown once on a connection is not counted there again.
 */
import type { Result } from '@holdfast/base/errors'
import type { KmipCaller } from './create-kmip-server.ts'
import { failRefused, failWith } from './failure.ts'
import { isSameUser } from './principal.ts'
import type { Scope } from './scope.ts'

export type OwnerGuesses = {
  /**
   * Counts a guess of a client at an owner, then looks whether it is right; after a right one all
   * guesses are there again. Refuses `locked`, `not_counted`.
   */
  guess(caller: KmipCaller, owner: string, isRight: () => boolean): Promise<Result<boolean>>
}

const denied = (): never => failWith('PermissionDenied', 'the object belongs to another credential')

export const checkOwner = async (
  { principal, shown, guess }: Pick<Scope, 'principal' | 'shown' | 'guess'>,
  owner: string,
): Promise<void> => {
  // Nobody guesses who shows nothing, or is somebody else by name.
  if (principal === undefined || !isSameUser(principal, owner)) return denied()
  const isRight = (): boolean => principal === owner
  if (shown.has(owner)) return isRight() ? undefined : denied()
  const guessed = await guess(owner, isRight)
  if (!guessed.ok) return failRefused(guessed.refusal)
  if (!guessed.value) return denied()
  shown.add(owner)
}
