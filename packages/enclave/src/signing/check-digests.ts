/** What was signed, computed a second time from the bytes that were authorised (DESIGN §8). */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import { rereadRequest } from '@holdfast/base/requests/request'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { bytesOf } from '@holdfast/base/schema'
import type { Account, WalletKey } from '@holdfast/base/wallet'
import type { Crypto } from '../ports/crypto.ts'
import type { SigningTask } from './chain-signer.ts'
import { decodePayload } from './decode.ts'

type Direct = {
  readonly [Kind in SignPayload['kind']]?: (
    payload: Extract<SignPayload, { kind: Kind }>,
    crypto: Crypto,
  ) => Bytes
}

/** Payloads that are what is signed, or its preimage; what others sign is decoded again. */
const direct: Direct = {
  'ethereum.transaction': ({ transaction }, crypto) =>
    crypto.keccak256(bytesOf(transaction, 'hex')),
  'solana.message': ({ message }) => bytesOf(message, 'base64url'),
  raw: ({ data }) => bytesOf(data, 'hex'),
}

type CheckInput = {
  /** The exact bytes of the request. */
  readonly bytes: Bytes
  readonly signer: { readonly key: WalletKey; readonly account?: Account }
  readonly tasks: readonly SigningTask[]
  readonly crypto: Crypto
}

const dataAgain = ({ bytes, signer, crypto }: CheckInput): readonly Bytes[] => {
  const request = rereadRequest(bytes)
  assert(request.operation === 'sign', 'the bytes are the request that was judged')
  const { payload } = request
  // The table's type pairs each kind with its payload; a lookup by a union loses that pairing.
  const read = direct[payload.kind] as ((of: SignPayload, crypto: Crypto) => Bytes) | undefined
  if (read !== undefined) return [read(payload, crypto)]
  const decoded = decodePayload({ payload, ...signer, crypto })
  assert(decoded.ok, 'what was decoded once is decoded again')
  return decoded.value.tasks.map((task) => task.data)
}

/** Every task signs what the request's bytes say, or an invariant is broken. */
export const checkDigests = (input: CheckInput): void => {
  const again = dataAgain(input)
  const same =
    again.length === input.tasks.length &&
    input.tasks.every(({ data }, index) => {
      const other = again[index]
      return other !== undefined && equalBytes(data, other)
    })
  assert(same, 'a digest computed again is the digest that was signed')
}
