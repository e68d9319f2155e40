/** The client's end of a sealed session, as frames; what carries them is the caller's. */
import type { Authorisation } from '@holdfast/base/authorisation'
import { type Bytes, fromUtf8, toHex, utf8 } from '@holdfast/base/bytes'
import { assert, type Result } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import { type NoiseChannel, startNoise } from '@holdfast/base/noise'
import {
  encodeSessionRequest,
  parseSessionAnswer,
  type SessionAnswer,
  sessionPrologue,
} from '@holdfast/base/session'
import type { Wallet } from '@holdfast/base/wallet'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import type { Owner } from './owner.ts'
import { expiry } from './wallet-request.ts'

export type ClientTools = { readonly crypto: Crypto; readonly entropy: Entropy }

export type ClientSession = {
  seal(request: Bytes, authorisations?: readonly Authorisation[]): Bytes
  /** Throws where the enclave refused. */
  open(frame: Bytes): SessionAnswer
  readonly handshakeHash: Bytes
}

/** The value; a measurement cannot go on without it. */
export const must = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(`${result.refusal.code}: ${result.refusal.detail}`)
  return result.value
}

const sessionOn = (channel: NoiseChannel): ClientSession => {
  let number = 0
  return {
    handshakeHash: channel.handshakeHash,
    seal: (request, authorisations = []) => {
      number += 1
      return must(channel.send.seal(encodeSessionRequest({ number, request, authorisations })))
    },
    open: (frame) => {
      const answer = parseSessionAnswer(must(channel.receive.open(frame)))
      assert(answer.status === 200, `the node signs, not ${fromUtf8(answer.body)}`)
      return answer
    },
  }
}

/** What to send as the opening, and the session once the answer's message is there. */
export const startSession = (
  { crypto, entropy }: ClientTools,
  enclave: { readonly document: Bytes; readonly sealingPublicKey: Bytes },
) => {
  const prologue = sessionPrologue(crypto.sha256(enclave.document))
  const started = must(
    startNoise({
      primitives: crypto,
      prologue,
      ephemeralPrivateKey: entropy.bytes(32),
      responderPublicKey: enclave.sealingPublicKey,
    }),
  )
  const finish = (reply: Bytes): ClientSession => sessionOn(must(started.finish(reply)).channel)
  return { prologue, message: started.message, finish }
}

/** The frame that authenticates a session, once, for one wallet. */
export const authenticateFrame = (
  session: ClientSession,
  wallet: Pick<Wallet, 'id' | 'mesh'>,
  owner: Owner,
): Bytes => {
  const wallets: readonly WalletId[] = [wallet.id]
  const { mesh } = wallet
  const handshake = toHex(session.handshakeHash)
  const request = { operation: 'session.authenticate', mesh, expiresAt: expiry(), handshake }
  const bytes = utf8(JSON.stringify({ ...request, wallets }))
  const authorisations = [owner.authorise('session', bytes)]
  return session.seal(bytes, authorisations)
}
