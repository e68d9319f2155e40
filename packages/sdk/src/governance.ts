/** The operations of people: rules, freezes, and what waits for their word. */
import { type ApprovalAnswer, signAnswer } from '@holdfast/base/answers'
import { fromBase64Url, toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { PlacementZone } from '@holdfast/base/placement-resolve'
import { parseRequest } from '@holdfast/base/requests/request'
import { parseValue } from '@holdfast/base/schema'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Client, RequestOptions } from './client.ts'
import { authorise, type Signer } from './credentials.ts'
import { waitLifetimeMs } from './limits.ts'
import type { rebasing } from './rebase.ts'
import { decideApproval, listApprovals, showApproval, type Waiting } from './requests/approvals.ts'
import { cancelWallet } from './requests/cancel-wallet.ts'
import { changePlacement, giveUpZone } from './requests/change-placement.ts'
import {
  cancelChange,
  changePolicy,
  freezeWallet,
  unfreezeWallet,
} from './requests/change-policy.ts'
import type { Header, Prepared } from './requests/prepared.ts'
import { type ExpectedSigner, expectedSigner } from './signatures/expected-signer.ts'
import { verifySigned } from './signatures/verify-signed.ts'

type Context = {
  readonly send: <Answer>(prepared: Prepared<Answer>, request?: RequestOptions) => Promise<Answer>
  readonly change: ReturnType<typeof rebasing>
  /** A header whose bytes are good for so long. */
  readonly header: (lifeMs?: number) => Header
  readonly signers: readonly Signer[]
  readonly zones: () => readonly PlacementZone[]
  /** Whose a signature must be. */
  readonly signerOf: (by: ExpectedSigner, request?: RequestOptions) => Promise<string>
}

export type Governance = Pick<
  Client,
  | 'approval'
  | 'approvals'
  | 'approve'
  | 'cancelChange'
  | 'cancelWallet'
  | 'changePlacement'
  | 'changePolicy'
  | 'freezeWallet'
  | 'giveUpZone'
  | 'reject'
  | 'unfreezeWallet'
>

/** The bytes that a person's proof is over, checked to be those of the name that he was told. */
const waitingBytes = (untrusted: string, request: string): Uint8Array => {
  const bytes = fromBase64Url(untrusted)
  if (toHex(sha256(bytes)) === request) return bytes
  return fail('malformed', 'the node shows another request than was asked for')
}

/** What became of it is checked like an answer of `sign`: no signature is believed. */
const checking =
  ({ signerOf }: Pick<Context, 'signerOf'>) =>
  async (answer: ApprovalAnswer, options?: RequestOptions): Promise<ApprovalAnswer> => {
    const { approval } = answer
    const waited = parseRequest(waitingBytes(approval.bytes, approval.request))
    if (waited.operation === 'sign' && approval.answer !== undefined) {
      const { signed } = parseValue(signAnswer, approval.answer)
      const signer = await signerOf(expectedSigner(waited, waited.payload), options)
      verifySigned(waited.payload, signed, signer)
    }
    return answer
  }

export const governance = (context: Context): Governance => {
  const { send, change, header, signers, zones } = context
  const checked = checking(context)
  const waitHeader = <On extends object>({ wait }: { readonly wait?: boolean }, on: On): On =>
    wait === true ? { ...on, header: header(waitLifetimeMs) } : on
  const decide =
    (word: 'approve' | 'reject') => async (waiting: Waiting, request?: RequestOptions) => {
      const shown = await send(showApproval(waiting, { header: header() }), request)
      const bytes = waitingBytes(shown.approval.bytes, waiting.request)
      const proofs = await Promise.all(signers.map((signer) => authorise(signer, word, bytes)))
      const prepared = decideApproval(word, waiting, { header: header(), proofs })
      return checked(await send(prepared, request), request)
    }
  return {
    changePlacement: change((options, on) =>
      changePlacement(options, waitHeader(options, { ...on, zones: zones() })),
    ),
    giveUpZone: change(giveUpZone),
    changePolicy: change((options, on) => changePolicy(options, waitHeader(options, on))),
    unfreezeWallet: change((options, on) => unfreezeWallet(options, waitHeader(options, on))),
    freezeWallet: (wallet, request) => send(freezeWallet(wallet, { header: header() }), request),
    cancelChange: (named, request) => send(cancelChange(named, { header: header() }), request),
    cancelWallet: (wallet, request) => send(cancelWallet(wallet, { header: header() }), request),
    approvals: (wallet, request) => send(listApprovals(wallet, { header: header() }), request),
    approval: async (waiting, request) =>
      checked(await send(showApproval(waiting, { header: header() }), request), request),
    approve: decide('approve'),
    reject: decide('reject'),
  }
}
