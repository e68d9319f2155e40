/** The operations that may wait for persons, and what each of them still needs. */
import type { Need } from '@holdfast/base/approval'
import type { Intent } from '@holdfast/base/intent'
import type { Operation } from '@holdfast/base/requests/request'
import { deciderCredentials, decidersOf, termsOf } from '../changes/deciders.ts'
import type { CoreContext } from '../core/context.ts'
import { gatherProofs } from '../credentials/authorise.ts'
import type { AnyCall, Call, Run } from '../operations/call.ts'
import { credentialAdd } from '../operations/credential-add.ts'
import { credentialRemove } from '../operations/credential-remove.ts'
import { keyExport } from '../operations/key-export.ts'
import { placementChange } from '../operations/placement-change.ts'
import { policyChange } from '../operations/policy-change.ts'
import { readSigning, sign } from '../operations/sign.ts'
import { walletRecover } from '../operations/wallet-recover.ts'
import { walletUnfreeze } from '../operations/wallet-unfreeze.ts'
import { needsOf } from '../policy/evaluate.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

const table = {
  sign,
  'policy.change': policyChange,
  'placement.change': placementChange,
  'wallet.unfreeze': walletUnfreeze,
  'credential.add': credentialAdd,
  'credential.remove': credentialRemove,
  'wallet.recover': walletRecover,
  'key.export': keyExport,
} as const satisfies { readonly [Name in Operation]?: Run<Name> }

export type Waitable = keyof typeof table

export const isWaitable = (operation: string): operation is Waitable =>
  Object.hasOwn(table, operation)

/** Carries the operation out, or says why not. */
export const runWaitable = (
  context: CoreContext,
  call: AnyCall & { readonly request: { readonly operation: Waitable } },
): ReturnType<Run<Waitable>> =>
  (
    table[call.request.operation] as (
      context: CoreContext,
      call: AnyCall,
    ) => ReturnType<Run<Waitable>>
  )(context, call)

export type Outlook = { readonly needs: readonly Need[]; readonly decoded?: Intent }

/** Who is needed and what it would do, by the wallet as it is now. */
export const outlookOf = (context: CoreContext, entry: WalletEntry, call: AnyCall): Outlook => {
  const { operation } = call.request
  if (operation === 'sign') {
    const signing = { ...call, request: call.request } as Call<'sign'>
    const read = readSigning(context, entry, signing)
    if (!read.ok) return { needs: [] }
    const proofs = gatherProofs(context, entry, call, 'sign')
    const { question, decoded } = read.value
    const needs = needsOf(entry.wallet.policy, {
      ...question,
      proofs: proofs.ok ? proofs.value : [],
    })
    return { needs, decoded: decoded.intent }
  }
  const { rule, quorum, persons } = termsOf(entry, operation)
  const proofs = gatherProofs(context, entry, call, 'change')
  const credentials = proofs.ok ? deciderCredentials(entry, proofs.value, operation) : []
  const have = [...decidersOf(entry, credentials, operation)]
  return { needs: [{ rule, quorum, persons: [...persons], have }] }
}
