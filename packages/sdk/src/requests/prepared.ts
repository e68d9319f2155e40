/** A request whose bytes are fixed: repeating them continues it, and never makes a second one. */
import type { WalletAnswer } from '@holdfast/base/answers'
import type { Purpose } from '@holdfast/base/authorisation'
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { IntentId, type MeshId, type WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import { purposeOf } from '@holdfast/base/requests/purposes'
import type { Operation, Request } from '@holdfast/base/requests/request'
import type { z } from 'zod'
import type { Signer } from '../credentials.ts'
import { randomBytes } from '../entropy.ts'
import type { Shown } from '../seen.ts'
import type { ExpectedSigner } from '../signatures/expected-signer.ts'

export type Prepared<Answer> = {
  readonly operation: Operation
  readonly bytes: Bytes
  readonly purpose: Purpose
  /** New keys, which prove themselves over the same bytes with the purpose `enrol`. */
  readonly enrol?: readonly Signer[]
  /** Who proves it, where that is not who the client was connected with. */
  readonly signers?: readonly Signer[]
  /** Carries its proofs inside: none is made over its own bytes. */
  readonly unproved?: true
  /** What the answer must look like; another answer is refused. */
  readonly answer: z.ZodType<Answer>
  /** Absent for a creation and a list. */
  readonly wallet?: WalletId
  /**
   * What an answer shows of a wallet. Fails with `malformed` where it answers another request;
   * `requestHash` is SHA-256 of the bytes, hexadecimal.
   */
  readonly observe: (answer: Answer, requestHash: string) => Observed | undefined
  /** Of a signature: who must have made it, and whether he did. */
  readonly signs?: {
    readonly by: ExpectedSigner
    /** Fails with `wrong_signature`. */
    readonly verify: (answer: Answer, signer: string) => void
  }
}

export type Observed = {
  readonly wallet: WalletId
  readonly seen: Seen
  readonly shown?: Shown
}

/** What a wallet's document shows. */
export const observeWallet = ({ wallet }: WalletAnswer): Observed => ({
  wallet: wallet.id,
  seen: { epoch: wallet.epoch, version: wallet.version },
  shown: {
    zones: wallet.placement.zones,
    signs: { accounts: wallet.accounts, keys: wallet.keys },
  },
})

/** Fails where an answer is for another request or another wallet than was asked. */
export const mustMatch = (seen: string, expected: string): void => {
  if (seen !== expected) fail('malformed', 'the answer is for another request')
}

/** Of a change: the answer shows the wallet that was to be changed. */
export const observing =
  (wallet: WalletId): Prepared<WalletAnswer>['observe'] =>
  (answer) => {
    mustMatch(answer.wallet.id, wallet)
    return observeWallet(answer)
  }

/** The fields of every request. */
export type Header = { readonly mesh: MeshId; readonly expiresAt: string }

export const prepare = <Answer>(
  request: Request,
  answer: z.ZodType<Answer>,
  observe: Prepared<Answer>['observe'] = () => undefined,
): Prepared<Answer> => ({
  operation: request.operation,
  bytes: utf8(JSON.stringify(request)),
  purpose: purposeOf[request.operation],
  answer,
  observe,
  ...('wallet' in request ? { wallet: request.wallet } : {}),
})

/** RFC 3339 in UTC. */
export const timestampOf = (atMs: number): string => new Date(atMs).toISOString()

/** A fresh intent id: one for each thing that its owner means to do. */
export const newIntentId = (): IntentId => IntentId.of(randomBytes(16))
