/** The operations of a client: builds each request, sends it, and notes what the answer shows. */
import type { WalletAnswer } from '@holdfast/base/answers'
import { type Refusal, RefusalError } from '@holdfast/base/errors'
import type { BootId, WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import { applyHomes } from './apply-homes.ts'
import { verifyAudit } from './audit/verify-audit.ts'
import type { Client, RequestOptions } from './client.ts'
import type { Signer } from './credentials.ts'
import { custody } from './custody.ts'
import type { Send } from './dispatch.ts'
import type { Endpoint, EvidenceTarget } from './endpoint.ts'
import { governance } from './governance.ts'
import { type ImportWallet, sealKeys } from './import-wallet.ts'
import { observedSend } from './observed-send.ts'
import { passwordOperations } from './passwords/password-operations.ts'
import { readings } from './readings.ts'
import { rebasing } from './rebase.ts'
import { addAccounts } from './requests/add-accounts.ts'
import { type ShowAudit, showAudit } from './requests/audit.ts'
import { addCredentials, removeCredential } from './requests/change-credentials.ts'
import { type CreateWallet, createWallet } from './requests/create-wallet.ts'
import type { Header, Prepared } from './requests/prepared.ts'
import type { Rotation } from './rotation.ts'
import type { Routes } from './routes.ts'
import { sealingAgain } from './sealing-again.ts'
import type { WalletMemory } from './seen.ts'
import { type ExpectedSigner, signerOf } from './signatures/expected-signer.ts'
import { signing } from './signing.ts'
import { moreTelling } from './telling-refusal.ts'
import type { Enclave, Trust } from './trust.ts'
import { VerificationError } from './verification-error.ts'
import { zoneTrust } from './zone-trust.ts'

export type OperationsContext = {
  readonly send: Send
  readonly nodes: Rotation
  readonly ways: Routes
  readonly trust: Trust
  readonly memory: WalletMemory
  readonly endpoints: readonly Endpoint[]
  readonly header: (lifeMs?: number) => Header
  readonly signers: readonly Signer[]
  readonly timeoutMs: number
}

/** Everything of a client but what `connect` knows by itself. */
type Operations = Omit<
  Client,
  'close' | 'credentials' | 'distrusted' | 'manifest' | 'mesh' | 'simulated'
>

const statusOf = (endpoints: readonly Endpoint[]): ReturnType<Client['nodes']> =>
  Promise.all(
    endpoints.map(async (node) => ({
      node: node.origin,
      status: await node.status().catch(() => undefined),
    })),
  )

/** By the first node that is there and trusted; the others are passed over from now on. */
const firstEnclave = async (
  { nodes, ways, endpoints }: OperationsContext,
  target: EvidenceTarget,
): Promise<Enclave> => {
  let distrust: VerificationError | undefined
  let refused: Refusal | undefined
  for (const _ of endpoints) {
    const node = nodes.nearest()
    try {
      return await ways.enclave(node, target)
    } catch (error) {
      if (error instanceof VerificationError) distrust ??= error
      else if (error instanceof RefusalError) refused = moreTelling(refused, error.refusal)
      else throw error
      nodes.rest(node)
    }
  }
  if (distrust !== undefined) throw distrust
  throw refused ? new RefusalError(refused) : new TypeError('a client has at least one node')
}

export const operations = (context: OperationsContext): Operations => {
  const { nodes, trust, memory, endpoints, header, signers } = context
  const enclave = (target: EvidenceTarget = {}) => firstEnclave(context, target)
  const send = observedSend({
    send: (prepared, request) => context.send(prepared, request.timeoutMs ?? context.timeoutMs),
    memory,
    signerOf: (by, request) => expected(by, request),
  })
  const seenOf = (wallet: WalletId): { readonly seen?: Seen } => {
    const seen = memory.get(wallet)?.seen
    return seen === undefined ? {} : { seen }
  }
  const zones = () => trust.manifest()?.manifest.zones ?? []
  const prepareCreation = async (options: CreateWallet): Promise<Prepared<WalletAnswer>> => {
    const { identity } = (await enclave()).verdict
    const home = identity.zone
    return createWallet(options, { header: header(), zones: zones(), home, signers })
  }
  const importWallet = async (
    { keys, ...options }: ImportWallet,
    request?: RequestOptions,
  ): Promise<WalletAnswer> => {
    const home = options.home ?? (await enclave()).verdict.identity.zone
    const importOnce = async (): Promise<WalletAnswer> => {
      const sealed = await sealKeys(await enclave({ zone: home }), trust.mesh, keys)
      return send(await prepareCreation({ ...options, home, keys: sealed }), request)
    }
    return sealingAgain(importOnce, () => context.ways.forget(nodes.nearest()))
  }
  const reads = readings({ send, header, seenOf })
  const show = reads.showWallet
  const expected = (by: ExpectedSigner, request: RequestOptions = {}) =>
    signerOf(by, { memory, show, request })
  const audit = (options: ShowAudit, request?: RequestOptions) =>
    send(showAudit(options, { header: header() }), request)
  const change = rebasing({ show, send, header })
  const { prepareSign, ...signs } = signing({ send, header, seenOf })
  return {
    ...governance({ send, change, header, signers, zones, signerOf: expected }),
    ...signs,
    ...reads,
    enclave: () => enclave(),
    verify: (target = {}) => trust.verify(nodes.nearest(), target),
    nodes: () => statusOf(endpoints),
    prepare: { createWallet: prepareCreation, sign: prepareSign },
    send,
    createWallet: async (options, request) => send(await prepareCreation(options), request),
    importWallet,
    addAccounts: change(addAccounts),
    addCredentials: change(addCredentials),
    ...passwordOperations({ send, header, add: change(addCredentials) }),
    removeCredential: change(removeCredential),
    ...custody({ send, change, header, seenOf }),
    showAudit: audit,
    verifyAudit: async ({ wallet, receipts = [] }, request) => {
      const { zones } = (await show(wallet, request)).wallet.placement
      const asked = (options: ShowAudit) => audit(options, request)
      const identityOf = async (boot: BootId) => (await enclave({ boot })).verdict.identity
      const { mesh } = trust
      return verifyAudit({ mesh, wallet, zones, receipts, show: asked, identityOf })
    },
    applyHomes: (signed) => applyHomes(context, signed),
    zoneTrust: (zone) => zoneTrust(trust, endpoints, zone),
  }
}
