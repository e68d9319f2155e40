/** Sends a request, and takes an answer only once what it shows has been checked and noted. */
import type { Receipt } from '@holdfast/base/answers'
import { toHex } from '@holdfast/base/bytes'
import { sha256 } from '@noble/hashes/sha2.js'
import { createLogMemory } from './audit/log-memory.ts'
import type { RequestOptions } from './client.ts'
import type { Prepared } from './requests/prepared.ts'
import type { WalletMemory } from './seen.ts'
import type { ExpectedSigner } from './signatures/expected-signer.ts'

type Context = {
  readonly send: <Answer>(prepared: Prepared<Answer>, request: RequestOptions) => Promise<Answer>
  readonly memory: WalletMemory
  readonly signerOf: (by: ExpectedSigner, request: RequestOptions) => Promise<string>
}

/** Fails with `malformed`, `wrong_signature` or `log_forked` for what is no such answer. */
export const observedSend = ({ send, memory, signerOf }: Context) => {
  const logs = createLogMemory()
  return async <Answer>(
    prepared: Prepared<Answer>,
    request: RequestOptions = {},
  ): Promise<Answer> => {
    const { signs } = prepared
    // Known before the key is used: what cannot be checked is not asked for.
    const signer = signs === undefined ? '' : await signerOf(signs.by, request)
    const answer = await send(prepared, request)
    const observed = prepared.observe(answer, toHex(sha256(prepared.bytes)))
    signs?.verify(answer, signer)
    if (prepared.operation === 'sign') logs.note((answer as { receipt: Receipt }).receipt)
    if (observed !== undefined) memory.note(observed.wallet, observed.seen, observed.shown)
    return answer
  }
}
