/**
 * Whether other zones' enclaves signed what receipts say that they have seen of a log. An enclave
 * that is gone, or has another identity since, cannot be asked: its word is neither good nor bad.
 */
import type { Receipt } from '@holdfast/base/answers'
import { type WitnessedHead, witnessMessage } from '@holdfast/base/audit'
import { fromBase64Url } from '@holdfast/base/bytes'
import { RefusalError } from '@holdfast/base/errors'
import type { Identity } from '@holdfast/base/identity'
import type { BootId, MeshId } from '@holdfast/base/ids'
import { momentMs } from '@holdfast/base/moment'
import { parseTimestamp } from '@holdfast/base/time'
import { signatures } from '../crypto/signatures.ts'
import { VerificationError } from '../verification-error.ts'
import type { AuditProblem } from './verify-audit.ts'

/** An enclave may sign by its identity before for so long after the next one begins. */
const identityOverlapMs = 60_000

type VerifyIdentity = (boot: BootId) => Promise<Identity>

const verifies = (publicKeyText: string, mesh: MeshId, head: WitnessedHead): boolean => {
  try {
    const signature = fromBase64Url(head.signature)
    const publicKey = fromBase64Url(publicKeyText)
    const message = witnessMessage(mesh, head)
    return signatures.ed25519.verify({ message, signature, publicKey })
  } catch {
    return false
  }
}

const isFalse = (identity: Identity, mesh: MeshId, head: WitnessedHead): boolean => {
  if (identity.zone !== head.by.zone) return true
  if (verifies(identity.identityPublicKey, mesh, head)) return false
  return parseTimestamp(head.at) >= momentMs(identity.notBefore) + identityOverlapMs
}

/** `identityOf` gives the identity of an enclave that lives, from evidence that was verified. */
export const verifyWitnesses = async (options: {
  readonly mesh: MeshId
  readonly receipts: readonly Receipt[]
  readonly identityOf: VerifyIdentity
}): Promise<readonly AuditProblem[]> => {
  const identities = new Map<BootId, Identity | undefined>()
  const problems: AuditProblem[] = []
  for (const { node, log, request } of options.receipts) {
    const problem = (detail: string): void =>
      void problems.push({ code: 'log_forked', zone: node.zone, detail })
    for (const head of log.witnesses) {
      const { zone, boot } = head.by
      if (head.boot !== node.boot || head.zone !== node.zone) {
        problem(`the receipt of request ${request} names what ${zone} has seen of another log`)
        continue
      }
      if (!identities.has(boot)) identities.set(boot, await known(options.identityOf, boot))
      const identity = identities.get(boot)
      if (identity === undefined || !isFalse(identity, options.mesh, head)) continue
      problem(`what ${zone} has seen by the receipt of request ${request} is not signed by it`)
    }
  }
  return problems
}

const known = async (identityOf: VerifyIdentity, boot: BootId): Promise<Identity | undefined> => {
  try {
    return await identityOf(boot)
  } catch (error) {
    if (error instanceof RefusalError || error instanceof VerificationError) return undefined
    throw error
  }
}
