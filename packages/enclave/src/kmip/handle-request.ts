/** One request: its batch in order, with stop, continue and undo (KMIP 2.1 §9.3, §9.4). */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { accept, type Refusal, RefusalError, type Refused, refuse } from '@holdfast/base/errors'
import {
  encodeTtlv,
  type Failure,
  isRefused,
  type OperationName,
  type ReceivedRequest,
  type RefusedItem,
  type RequestItem,
  type Response,
  type ResponseItem,
  type ResultReason,
  reasonOf,
  refusedItemAnswer,
  writeResponse,
} from '@holdfast/kmip'
import { BatchValues } from './batch-values.ts'
import { checkTickets } from './check-tickets.ts'
import type { KmipCaller, KmipServerOptions } from './create-kmip-server.ts'
import type { SigningKeys } from './crypto/signing-keys.ts'
import type { DecodedStates } from './decoded-states.ts'
import { failWith, KmipFailure, KmipPending } from './failure.ts'
import { conflictAttempts } from './limits.ts'
import type { WalletIndexes } from './locate/wallet-indexes.ts'
import { handlers } from './operations/list.ts'
import { pendingAnswer, pollPending, startPending, takesLong } from './pending.ts'
import type { Handler, Scope } from './scope.ts'
import type { KmipServerFacts } from './server-facts.ts'
import type { TenantMemory } from './tenant-memory.ts'
import { TenantSettingsStore } from './tenant-settings.ts'
import { WalletKeyObjects } from './wallet-keys/wallet-key-objects.ts'
import { type Committed, Workspace } from './workspace.ts'

export type RequestContext = KmipServerOptions & {
  readonly facts: KmipServerFacts
  readonly memory: TenantMemory
  readonly signingKeys: SigningKeys
  readonly states: DecodedStates
  readonly indexes: WalletIndexes
  readonly caller: KmipCaller
  readonly principal: string | undefined
  readonly shown: Set<string>
  /** Told what was stored; undefined where nobody wants to know. */
  readonly committed: ((changes: readonly Committed[]) => void) | undefined
}

type ReceivedItem = RequestItem | RefusedItem

const failure = (item: RequestItem, reason: ResultReason, message: string): Failure => ({
  status: 'OperationFailed',
  operation: item.operation,
  uniqueBatchItemId: item.uniqueBatchItemId,
  reason,
  message,
})

const failureOf = (item: RequestItem, error: unknown): Failure => {
  if (error instanceof KmipFailure) return failure(item, error.reason, error.message)
  if (error instanceof RefusalError) {
    return failure(item, cryptographic(error.refusal), error.refusal.detail)
  }
  throw error
}

/** Refusals of the general cryptography are failures of the operation, not of the message. */
const cryptographic = (refusal: Refusal): ResultReason => {
  if (refusal.code === 'bad_key') return 'CryptographicFailure'
  return refusal.code === 'unsupported' ? 'UnsupportedCryptographicParameters' : reasonOf(refusal)
}

/** Operations that make objects: the tenant's defaults and constraints are theirs. */
const makers: ReadonlySet<OperationName> = new Set([
  'Create',
  'CreateKeyPair',
  'CreateSplitKey',
  'Register',
  'Import',
  'DeriveKey',
  'JoinSplitKey',
  'ReKey',
  'ReKeyKeyPair',
])

const hasCriticalExtension = ({ messageExtensions = [] }: RequestItem): boolean =>
  messageExtensions.some((extension) => extension.criticalityIndicator)

const perform = async (scope: Scope, item: RequestItem): Promise<ResponseItem> => {
  if (hasCriticalExtension(item)) {
    return failure(item, 'FeatureNotSupported', 'a critical extension is not recognized')
  }
  if (item.operation === 'Poll' || item.operation === 'Process') {
    return { ...(await pollPending(scope, item.payload)), ...idOf(item) }
  }
  const handle: Handler | undefined = handlers[item.operation]
  if (handle === undefined) {
    return failure(item, 'OperationNotSupported', 'the operation is not supported')
  }
  const allowed = checkTickets(scope, item.operation)
  const settings = makers.has(item.operation) ? await scope.settingsStore.read() : undefined
  const result = await handle({ ...scope, allowed, settings }, item.payload)
  const frame = { operation: item.operation, uniqueBatchItemId: item.uniqueBatchItemId }
  return { ...frame, status: 'Success', payload: result } as ResponseItem
}

const idOf = ({ uniqueBatchItemId }: RequestItem) =>
  uniqueBatchItemId === undefined ? {} : { uniqueBatchItemId }

/** Performs and stores; a state that another request changed meanwhile is read again. */
const attemptItem = async (
  scope: Scope,
  item: RequestItem,
  undo: boolean,
): Promise<ResponseItem> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await perform(scope, item)
      if (!undo) await scope.work.commit()
      return answer
    } catch (error) {
      if (!undo) scope.work.discard()
      if (error instanceof KmipPending) return pendingAnswer(item, error.correlationValue)
      const isConflict = error instanceof RefusalError && error.refusal.code === 'conflict'
      if (!isConflict || attempt >= conflictAttempts) return failureOf(item, error)
    }
  }
}

const undone = (answer: ResponseItem): ResponseItem =>
  answer.status === 'Success' ? { ...answer, status: 'OperationUndone' } : answer

const runItems = async (
  scope: Scope,
  items: readonly ReceivedItem[],
): Promise<readonly ResponseItem[]> => {
  const option = scope.header.batchErrorContinuationOption ?? 'Stop'
  const undo = option === 'Undo' && items.length > 1
  const answers: ResponseItem[] = []
  for (const item of items) {
    const later = !isRefused(item) && !undo && takesLong(scope, item)
    const answer = isRefused(item)
      ? refusedItemAnswer(item)
      : later
        ? startPending(scope, item, () => attemptItem(scope, item, false))
        : await attemptItem(scope, item, undo)
    answers.push(answer)
    if (answer.status !== 'OperationFailed' || option === 'Continue') continue
    if (undo) scope.work.discard()
    return undo ? answers.map(undone) : answers
  }
  return undo ? commitAll(scope, items, answers) : answers
}

/** Stores what a batch did as a whole; where that fails, nothing of it was done. */
const commitAll = async (
  { work }: Scope,
  items: readonly ReceivedItem[],
  answers: readonly ResponseItem[],
): Promise<readonly ResponseItem[]> => {
  const last = items.at(-1)
  try {
    await work.commit()
    return answers
  } catch (error) {
    work.discard()
    if (last === undefined || isRefused(last)) throw error
    return [...answers.slice(0, -1).map(undone), failureOf(last, error)]
  }
}

const nothingWaits = async (): Promise<Refused> => refuse('unknown', 'nothing waits')

const scopeOf = (context: RequestContext, request: ReceivedRequest): Scope => {
  const nowMs = context.clock.nowMs()
  const { general, objects, caller } = context
  const sha256 = (bytes: Bytes): Bytes => general.hash('sha256', bytes)
  const settingsStore = new TenantSettingsStore(objects, caller.tenant, context.memory.settings)
  return {
    version: request.version,
    wallet: caller.tenant,
    credential: caller.credential,
    header: request.header,
    nowMs,
    now: BigInt(Math.floor(nowMs / 1000)),
    work: new Workspace({
      objects,
      wallet: caller.tenant,
      states: context.states,
      indexes: context.indexes,
      sha256,
      hidden: settingsStore.id,
      committed: context.committed,
      walletKeys: new WalletKeyObjects({
        version: request.version,
        wallet: caller.tenant,
        walletKeys: context.walletKeys,
        crypto: general,
      }),
    }),
    signWithWalletKey: (identifier, use) =>
      context.walletKeys?.sign(caller, identifier, use) ??
      failWith('ObjectNotFound', 'there are no wallet keys'),
    pollWalletKey: (hash) => context.walletKeys?.poll(caller, hash) ?? nothingWaits(),
    cancelWalletKey: (hash) => context.walletKeys?.cancel(caller, hash) ?? nothingWaits(),
    batch: new BatchValues(),
    memory: context.memory,
    crypto: general,
    chains: context.chains,
    signingKeys: context.signingKeys,
    entropy: context.memory.seeds.mixedInto(context.entropy, general),
    facts: context.facts,
    certifier: context.certifier,
    principal: context.principal,
    shown: context.shown,
    guess: async (owner, isRight) =>
      (await context.guesses?.guess(caller, owner, isRight)) ?? accept(isRight()),
    allowed: undefined,
    settings: undefined,
    settingsStore,
    cleanUps: [],
    supported: [...(Object.keys(handlers) as OperationName[]), 'Poll', 'Process'],
  }
}

/** A response that is larger than the client takes becomes one failure (KMIP 2.1 §9.9). */
const withinSize = (request: ReceivedRequest, response: Response): Response => {
  const max = request.header.maximumResponseSize
  if (max === undefined) return response
  const tree = writeResponse(response)
  if (!tree.ok || encodeTtlv(tree.value).length <= max) return response
  const [first] = request.items
  const operation = first === undefined || isRefused(first) ? undefined : first.operation
  const item: Failure = {
    status: 'OperationFailed',
    operation,
    uniqueBatchItemId: first?.uniqueBatchItemId,
    reason: 'ResponseTooLarge',
    message: 'the response is larger than the request allows',
  }
  return { ...response, items: [item] }
}

/**
 * A request that its client has not named is named by the server (KMIP 2.1 §9.10); clients of 2.0
 * are spared the field, which PyKMIP does not read.
 */
const correlationOf = ({ version, header, entropy }: Scope): Response['header'] | object =>
  version === '2.1' && header.clientCorrelationValue === undefined
    ? { serverCorrelationValue: toHex(entropy.bytes(12)) }
    : {}

export type Handled = {
  readonly response: Response
  /** Overwrites the secrets that the response holds; when it is written. */
  readonly wipe: () => void
}

export const handleRequest = async (
  context: RequestContext,
  request: ReceivedRequest,
): Promise<Handled> => {
  const scope = scopeOf(context, request)
  const wipe = (): void => {
    scope.work.wipe()
    for (const cleanUp of scope.cleanUps) cleanUp()
  }
  try {
    const items = await runItems(scope, request.items)
    const header = { timeStamp: scope.now, ...correlationOf(scope) }
    return { response: withinSize(request, { version: request.version, header, items }), wipe }
  } catch (error) {
    wipe()
    throw error
  }
}
