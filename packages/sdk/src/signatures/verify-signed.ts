/**
 * Whether a signature is what was asked for, by whom it was asked of: computed here, from the bytes
 * of the request and the account's own address, so that no node is believed.
 */
import type { Signed } from '@holdfast/base/answers'
import { fail } from '@holdfast/base/errors'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { verifyBitcoin } from '../bitcoin/verify-bitcoin.ts'
import { verifyEthereum } from '../ethereum/verify-ethereum.ts'
import { verifySolana } from '../solana/verify-solana.ts'
import { verifyRaw } from './verify-raw.ts'

type Verifiers = {
  readonly [Kind in SignPayload['kind']]: (
    payload: Extract<SignPayload, { kind: Kind }>,
    signed: Signed,
    signer: string,
  ) => boolean
}

const verifiers: Verifiers = {
  ...verifyEthereum,
  ...verifySolana,
  'bitcoin.psbt': verifyBitcoin,
  raw: verifyRaw,
}

/**
 * Fails with `wrong_signature`. `signer` is the account's address, and the public key in
 * hexadecimal for raw use; a PSBT says itself by whom it is to be signed.
 *
 *     verifySigned(payload, answer.signed, account.address)
 */
export const verifySigned = (payload: SignPayload, signed: Signed, signer: string): void => {
  // The table's type pairs each kind with its payload; a lookup by a union loses that pairing.
  const verify = verifiers[payload.kind] as (
    of: SignPayload,
    signed: Signed,
    signer: string,
  ) => boolean
  let isGood: boolean
  try {
    isGood = verify(payload, signed, signer)
  } catch {
    // Whatever cannot be read is no signature: libraries throw errors of their own.
    isGood = false
  }
  if (!isGood) fail('wrong_signature', 'the signature is not of the account over what was asked')
}
