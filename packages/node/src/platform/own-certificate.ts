/** The certificate that carries this node's evidence, made anew with collateral and identity. */
import { collateralSchema } from '@holdfast/base/collateral'
import type { Evidence } from '@holdfast/base/evidence'
import { parseJson } from '@holdfast/base/schema'
import type { QuotedIdentity } from '@holdfast/enclave/identity/own-identities'
import type { Clock } from '@holdfast/enclave/ports/clock'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import type { TlsIdentity } from '../mesh/tls-peer.ts'
import type { Machine } from './machine.ts'
import { createTlsIdentity } from './tls-certificate.ts'

export type OwnCertificate = {
  /** What peers judge this node by. */
  evidence(): Evidence | undefined
  identity(): QuotedIdentity['identity']
  tls(): TlsIdentity
  /** Of the identity that was shown last, with the collateral as it is now. */
  renew(): Promise<void>
  /** Of the next identity. */
  show(next: QuotedIdentity): Promise<void>
  /** Calls back with each further certificate. */
  whenRenewed(use: (tls: TlsIdentity) => void): void
}

export const createOwnCertificate = async (options: {
  readonly machine: Pick<Machine, 'evidence'>
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly clock: Pick<Clock, 'nowMs'>
  readonly first: QuotedIdentity
}): Promise<OwnCertificate> => {
  const { machine, crypto, entropy, clock } = options
  const users: ((tls: TlsIdentity) => void)[] = []
  const make = async ({ identity, quote }: QuotedIdentity) => {
    const collateral = parseJson(collateralSchema, await machine.evidence.collateral())
    const evidence: Evidence = { identity: identity.document, quote, collateral }
    const nowMs = clock.nowMs()
    return { evidence, tls: createTlsIdentity({ crypto, entropy, identity, evidence, nowMs }) }
  }
  let shown = options.first
  let made = await make(shown)
  const show = async (next: QuotedIdentity): Promise<void> => {
    const { tls: before } = made
    const after = await make(next)
    shown = next
    made = after
    for (const use of users) use(after.tls)
    // TLS has made its own copy of the key; the one here is the last that is ours.
    before.key.fill(0)
  }
  return {
    evidence: () => made.evidence,
    identity: () => shown.identity,
    tls: () => made.tls,
    renew: () => show(shown),
    show,
    whenRenewed: (use) => void users.push(use),
  }
}
