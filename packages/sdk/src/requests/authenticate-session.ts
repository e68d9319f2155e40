/** Builds `session.authenticate`: binds a credential to one sealed session. */
import { type SessionAnswer, sessionAnswer } from '@holdfast/base/answers'
import { type Bytes, toHex } from '@holdfast/base/bytes'
import type { WalletId } from '@holdfast/base/ids'
import { type Header, type Prepared, prepare } from './prepared.ts'

export const authenticateSession = (
  wallets: readonly WalletId[],
  context: { readonly header: Header; readonly handshakeHash: Bytes },
): Prepared<SessionAnswer> =>
  prepare(
    {
      operation: 'session.authenticate',
      ...context.header,
      handshake: toHex(context.handshakeHash),
      wallets: [...wallets],
    },
    sessionAnswer,
  )
