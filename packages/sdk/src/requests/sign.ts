/** Builds `sign`: one transaction or message by one account. */
import { type SignAnswer, signAnswer } from '@holdfast/base/answers'
import type { AccountId, IntentId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { expectedSigner } from '../signatures/expected-signer.ts'
import { verifySigned } from '../signatures/verify-signed.ts'
import { type Header, mustMatch, newIntentId, type Prepared, prepare } from './prepared.ts'

/** Whose key signs. */
export type Signatory = {
  readonly wallet: WalletId
  /** Absent for raw use alone, whose payload names a key. */
  readonly account?: AccountId
  /**
   * Whose the signature must be, where the caller knows it: the account's address or, of raw use,
   * the public key in hexadecimal. Default: as the wallet's document says, which is asked for it.
   */
  readonly signer?: string
  /** What the owner means to do, so that a repeat is no second spend. Default: a fresh one. */
  readonly intent?: IntentId
  /** The zone that counts it where the policy has limits. Default: the wallet's home. */
  readonly charge?: ZoneId
  /**
   * Where persons are missing, it waits for them: the refusal `waiting` names the request, and the
   * same bytes, kept by `prepare.sign`, answer once enough have approved it.
   */
  readonly wait?: boolean
}

/** The answer must be the wallet's, for this very request, signed by whom the caller expects. */
export const sign = (
  signatory: Signatory,
  payload: SignPayload,
  context: { readonly header: Header; readonly seen?: Seen },
): Prepared<SignAnswer> => {
  const intent = signatory.intent ?? newIntentId()
  const prepared = prepare(
    {
      operation: 'sign',
      ...context.header,
      ...(signatory.wait === true && { wait: true }),
      wallet: signatory.wallet,
      ...(signatory.account === undefined ? {} : { account: signatory.account }),
      intent,
      ...(signatory.charge === undefined ? {} : { charge: signatory.charge }),
      ...(context.seen === undefined ? {} : { seen: context.seen }),
      payload,
    },
    signAnswer,
    ({ receipt }, requestHash) => {
      mustMatch(receipt.request, requestHash)
      mustMatch(receipt.wallet, signatory.wallet)
      if (receipt.intent !== undefined) mustMatch(receipt.intent, intent)
      const { wallet, epoch, version } = receipt
      return { wallet, seen: { epoch, version } }
    },
  )
  const verify = ({ signed }: SignAnswer, signer: string): void =>
    verifySigned(payload, signed, signer)
  return { ...prepared, signs: { by: expectedSigner(signatory, payload), verify } }
}
