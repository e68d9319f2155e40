/** Signatures of a client, tried or made. */
import type { SignAnswer } from '@holdfast/base/answers'
import type { WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import type { SignPayload } from '@holdfast/base/requests/sign'
import type { Client, RequestOptions } from './client.ts'
import { waitLifetimeMs } from './limits.ts'
import { dryRun } from './requests/dry-run.ts'
import type { Header, Prepared } from './requests/prepared.ts'
import { type Signatory, sign } from './requests/sign.ts'

export type Signing = Pick<Client, 'dryRun' | 'sign'> & {
  readonly prepareSign: (signatory: Signatory, payload: SignPayload) => Prepared<SignAnswer>
}

export const signing = (context: {
  readonly send: <Answer>(prepared: Prepared<Answer>, request?: RequestOptions) => Promise<Answer>
  /** A header whose bytes are good for so long. */
  readonly header: (lifeMs?: number) => Header
  readonly seenOf: (wallet: WalletId) => { readonly seen?: Seen }
}): Signing => {
  const { send, header, seenOf } = context
  const prepareSign = (signatory: Signatory, payload: SignPayload): Prepared<SignAnswer> =>
    sign(signatory, payload, {
      header: header(signatory.wait === true ? waitLifetimeMs : undefined),
      ...seenOf(signatory.wallet),
    })
  return {
    prepareSign,
    sign: (signatory, payload, request) => send(prepareSign(signatory, payload), request),
    dryRun: (signatory, payload, request) =>
      send(dryRun(signatory, payload, { header: header(), ...seenOf(signatory.wallet) }), request),
  }
}
