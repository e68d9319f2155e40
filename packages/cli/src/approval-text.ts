/** A request that waits, in the words that a person reads before he gives his own. */
import { signAnswer, walletAnswer } from '@holdfast/base/answers'
import { fromBase64Url, fromUtf8 } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import { explainPolicy } from '@holdfast/base/policies/explain'
import { parseRequest } from '@holdfast/base/requests/request'
import type { ApprovalAnswer } from '@holdfast/sdk'
import { effectText, signatureText } from './sign-text.ts'

type Approval = ApprovalAnswer['approval']

const line = (name: string, text: string): string => `  ${name.padEnd(11)}  ${text}`

/** What a change would do: another policy by its rules, all else by its bytes. */
const asked = ({ bytes }: Approval): readonly string[] => {
  const text = fromBase64Url(bytes)
  const request = attempt(() => parseRequest(text))
  if (!request.ok || request.value.operation !== 'policy.change') {
    return [line('asks', fromUtf8(text))]
  }
  return explainPolicy(request.value.policy).map((words, at) =>
    line(at === 0 ? 'rules' : '', words),
  )
}

const needs = (approval: Approval): readonly string[] =>
  approval.needs.map(({ rule, quorum, persons, have }) => {
    const by = persons === undefined ? '' : ` of ${persons.join(', ')}`
    return line('needs', `${quorum}${by} (${rule}); so far ${have.join(', ') || 'nobody'}`)
  })

/** The signature; or when a change comes into force that waits for its delay. */
const outcome = ({ answer, request }: Approval): readonly string[] => {
  const signature = signAnswer.safeParse(answer)
  if (signature.success) return [line('signature', signatureText(signature.data.signed))]
  const changed = walletAnswer.safeParse(answer)
  const pending = changed.success ? changed.data.wallet.pending : undefined
  const waiting = pending?.find((change) => change.request === request)
  if (waiting === undefined) return changed.success ? [line('in force', 'since then')] : []
  const until = waiting.opensAt ?? 'its delay is over, which has not begun yet'
  return [line('in force', `not before ${until}; an owner may cancel it: policy cancel`)]
}

export const approvalText = ({ approval }: ApprovalAnswer): string => {
  const { state, decoded, request, operation, approved, rejected, expiresAt, code } = approval
  const words = (said: typeof approved): string => said.map(({ person }) => person).join(', ')
  return [
    `${request}  ${operation}  ${state}${code === undefined ? '' : ` (${code})`}`,
    ...(decoded === undefined
      ? asked(approval)
      : decoded.effects.map((effect) => line('would', effectText(effect)))),
    ...(state === 'waiting' ? needs(approval) : []),
    ...(approved.length === 0 ? [] : [line('approved by', words(approved))]),
    ...(rejected.length === 0 ? [] : [line('rejected by', words(rejected))]),
    ...(state === 'done' ? outcome(approval) : []),
    ...(state === 'waiting' ? [line('expires', expiresAt)] : []),
  ].join('\n')
}
