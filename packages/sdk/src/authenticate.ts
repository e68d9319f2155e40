/** Binds the client's credentials to a sealed session, so that policies may accept it as proof. */
import { sessionAnswer } from '@holdfast/base/answers'
import { accept, attempt, type Result } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import type { Operation } from '@holdfast/base/requests/request'
import { parseJson } from '@holdfast/base/schema'
import { authoriseAll, type Signer } from './credentials.ts'
import { sessionWalletsMax } from './limits.ts'
import { authenticateSession } from './requests/authenticate-session.ts'
import type { Header } from './requests/prepared.ts'
import type { SealedSession } from './session/sealed-session.ts'

/** Makes sure that a session speaks for a wallet; asks the node only where it does not yet. */
export type Authenticate = (
  session: SealedSession,
  wallet: WalletId,
  timeoutMs: number,
) => Promise<Result<void>>

const sessionOperations: ReadonlySet<Operation> = new Set(['sign', 'wallet.show'])

/** Whether a policy can accept an authenticated session for an operation at all. */
export const acceptsSession = (operation: Operation): boolean => sessionOperations.has(operation)

/** The newest wallets of a session, this one included, as many as one request may name. */
const walletsOf = (session: SealedSession, wallet: WalletId): readonly WalletId[] =>
  [...session.authenticated.keys()].filter((id) => id !== wallet).slice(1 - sessionWalletsMax)

export const authenticator =
  (options: {
    readonly signers: readonly Signer[]
    readonly header: () => Header
    readonly now: () => number
  }): Authenticate =>
  async (session, wallet, timeoutMs) => {
    const bind = async (wallets: readonly WalletId[]): Promise<Result<void>> => {
      const { handshakeHash } = session
      const { bytes, purpose } = authenticateSession(wallets, {
        header: options.header(),
        handshakeHash,
      })
      const authorisations = await authoriseAll(options.signers, purpose, bytes)
      const answer = await session.request({ request: bytes, authorisations }, timeoutMs)
      if (!answer.ok) return answer
      return attempt(() => {
        const { expiresAt } = parseJson(sessionAnswer, answer.value)
        session.authenticated.clear()
        for (const id of wallets) session.authenticated.set(id, Date.parse(expiresAt))
      })
    }
    const until = session.authenticated.get(wallet)
    if (until !== undefined && until > options.now()) return accept(undefined)
    const wallets = [...walletsOf(session, wallet), wallet]
    const all = await bind(wallets)
    // One of the others may be gone from there, or know other credentials.
    return all.ok || wallets.length === 1 ? all : bind([wallet])
  }
