/** Whether the client takes a signature, which computes by code of its own what was asked. */
import type { Signed } from '@holdfast/base/answers'
import { attempt } from '@holdfast/base/errors'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { verifySigned } from '@holdfast/sdk'

export const isTaken = (payload: SignPayload, signed: Signed, signer: string): boolean =>
  attempt(() => verifySigned(payload, signed, signer)).ok
