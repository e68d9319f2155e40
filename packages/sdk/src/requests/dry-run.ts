/** Builds `sign.dry-run`: what the policy says of a signature, without making it. */
import { type DryRunAnswer, dryRunAnswer } from '@holdfast/base/answers'
import type { Seen } from '@holdfast/base/requests/header'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { type Header, mustMatch, type Prepared, prepare } from './prepared.ts'
import type { Signatory } from './sign.ts'

export const dryRun = (
  { wallet, account }: Signatory,
  payload: SignPayload,
  context: { readonly header: Header; readonly seen?: Seen },
): Prepared<DryRunAnswer> =>
  prepare(
    {
      operation: 'sign.dry-run',
      ...context.header,
      wallet,
      ...(account === undefined ? {} : { account }),
      ...(context.seen === undefined ? {} : { seen: context.seen }),
      payload,
    },
    dryRunAnswer,
    (answer) => {
      mustMatch(answer.wallet, wallet)
      return undefined
    },
  )
