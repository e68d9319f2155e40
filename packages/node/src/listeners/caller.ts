/** Whose turn a frame takes: the wallet's that its session proved, else its address's strangers. */
import type { SessionId } from '@holdfast/base/ids'
import type { Core } from '@holdfast/enclave/core/core-interface'
import { addressKey } from './address-key.ts'
import type { Caller } from './fair-turns.ts'

export const strangerAt = (address: string | undefined): Caller => ({
  key: addressKey(address),
  kind: 'strangers',
})

export const callerOf = (
  core: Pick<Core, 'sessionCaller'>,
  session: SessionId,
  stranger: Caller,
): Caller => {
  const wallet = core.sessionCaller(session)
  return wallet === undefined ? stranger : { key: wallet, kind: 'known' }
}
