/** Decodes, signs and finishes with one private key, as the core does. */

import type { Signed } from '@holdfast/base/answers'
import { toHex } from '@holdfast/base/bytes'
import type { Intent } from '@holdfast/base/intent'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { BufferSecret } from '@holdfast/base/secret'
import type { Account } from '@holdfast/base/wallet'
import { createCrypto } from '../../crypto/create-crypto.ts'
import { createEntropy } from '../../crypto/entropy.ts'
import type { SigningTask } from '../chain-signer.ts'
import { decodePayload } from '../decode.ts'
import { signTasks } from '../sign-tasks.ts'

/** The real one; it lives as long as the process of the tests. */
export const testCrypto = await createCrypto({ entropy: createEntropy() })

export const testEntropy = {
  bytes: (length: number) => new Uint8Array(length).fill(7),
  fill: (buffer: Uint8Array) => void buffer.fill(7),
}

export const privateKeyOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

export const accountOf = (fields: Partial<Account> & Pick<Account, 'chain'>): Account =>
  ({ id: 'acc_test', key: 'key_test', address: '', publicKey: '', ...fields }) as Account

export const ethereumAccount = (privateKey: Uint8Array): Account =>
  accountOf({ chain: 'ethereum', publicKey: toHex(testCrypto.secp256k1.publicKey(privateKey)) })

/** Throws the refusal's code where it is refused. */
export const decodeOrThrow = (payload: SignPayload, account: Account) => {
  const decoded = decodePayload({ payload, account, crypto: testCrypto })
  if (!decoded.ok) throw new Error(`${decoded.refusal.code}: ${decoded.refusal.detail}`)
  return decoded.value
}

/** The code of the refusal, or undefined where the payload is accepted. */
export const refusalOf = (payload: SignPayload, account: Account): string | undefined => {
  const decoded = decodePayload({ payload, account, crypto: testCrypto })
  return decoded.ok ? undefined : decoded.refusal.code
}

export const signPayload = (input: {
  readonly payload: SignPayload
  readonly account: Account
  readonly privateKey: Uint8Array | ((task: SigningTask) => Uint8Array)
}): { readonly intent: Intent; readonly signed: Signed } => {
  const { payload, account, privateKey } = input
  const { intent, tasks, finish } = decodeOrThrow(payload, account)
  const signatures = signTasks({
    tasks,
    open: (task) =>
      new BufferSecret(
        Uint8Array.from(typeof privateKey === 'function' ? privateKey(task) : privateKey),
      ),
    crypto: testCrypto,
    entropy: testEntropy,
  })
  return { intent, signed: finish(signatures) }
}
