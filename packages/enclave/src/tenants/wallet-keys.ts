/** A wallet's keys for its KMIP clients: shown, and used through the operation `sign` alone. */
import type { Signed } from '@holdfast/base/answers'
import { type Bytes, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { accept, assert, attempt, type ErrorCode, type Result, refuse } from '@holdfast/base/errors'
import { AccountId, type ObjectId, type WalletId } from '@holdfast/base/ids'
import { parseRequest } from '@holdfast/base/requests/request'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { formatTimestamp, parseTimestamp } from '@holdfast/base/time'
import type { Account, WalletKey } from '@holdfast/base/wallet'
import type { CoreContext } from '../core/context.ts'
import { chainCurves } from '../keys/derive/chain-curve.ts'
import type {
  Caller,
  WaitedSign,
  WalletKeyFacts,
  WalletKeys,
  WalletKeyUse,
} from '../kmip/wallet-keys/wallet-keys.ts'
import { requestTimeoutMs } from '../limits.ts'
import { sign } from '../operations/sign.ts'
import type { Crypto } from '../ports/crypto.ts'
import { childKey } from '../signing/bitcoin/child-key.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { readSigningData } from './read-signing-data.ts'
import { cancelWait, pollWait, signOrWait } from './waiting-signs.ts'

type Named = { readonly key: ObjectId; readonly account?: Account }

/** The key of the account's first address: change 0, index 0, where it has many. */
const addressKey = (account: Account, crypto: Crypto): Bytes => {
  const publicKey = fromHex(account.publicKey)
  if (account.chainCode === undefined) return publicKey
  const root = { publicKey, chainCode: fromHex(account.chainCode) }
  const branch = childKey(root, 0, crypto)
  const first = branch && childKey(branch, 0, crypto)
  assert(first !== undefined, 'the first address of an account has a key')
  return first.publicKey
}

const factsOfAccount = (
  { wallet }: WalletEntry,
  account: Account,
  crypto: Crypto,
): WalletKeyFacts => ({
  identifier: account.id,
  name: account.address,
  chain: account.chain,
  kind: chainCurves[account.chain].kind,
  publicKey: addressKey(account, crypto),
  createdAtMs: parseTimestamp(wallet.createdAt),
})

/** A key of its own; seed phrases are met through their accounts. */
const factsOfKey = ({ wallet }: WalletEntry, key: WalletKey): WalletKeyFacts | undefined => {
  const { id: identifier, name, kind, publicKey } = key
  if (publicKey === undefined || kind === 'bip39') return undefined
  const createdAtMs = parseTimestamp(wallet.createdAt)
  return { identifier, name, chain: undefined, kind, publicKey: fromHex(publicKey), createdAtMs }
}

const namedIn = (entry: WalletEntry, identifier: string): Named | undefined => {
  const account = AccountId.pattern.test(identifier)
    ? entry.accounts.get(AccountId(identifier))
    : undefined
  if (account !== undefined) return { key: account.key, account }
  const key = entry.wallet.keys.find(({ id }) => id === identifier)
  return key && { key: key.id }
}

/** What makes data raw use: that it is not what the chain signs. */
const undecodable: ReadonlySet<ErrorCode> = new Set(['bad_transaction', 'unsupported'])

/** What approvals may change; whether they do says the operation that waits. */
const lacksPersons: ReadonlySet<ErrorCode> = new Set(['quorum_not_met', 'policy_denied'])

type Asked = {
  readonly account: Account | undefined
  readonly payload: SignPayload
  readonly mayWait: boolean
}

class OwnWalletKeys implements WalletKeys {
  readonly #context: CoreContext
  readonly #waitMs: number

  constructor(context: CoreContext, waitMs: number) {
    this.#context = context
    this.#waitMs = waitMs
  }

  async list(id: WalletId): Promise<readonly WalletKeyFacts[]> {
    const entry = await this.#context.wallets.read(id)
    if (entry === undefined) return []
    const { crypto } = this.#context
    const used = new Set([...entry.accounts.values()].map(({ key }) => key))
    const alone = entry.wallet.keys.filter((key) => !used.has(key.id))
    return [
      ...entry.wallet.accounts.map((account) => factsOfAccount(entry, account, crypto)),
      ...alone.flatMap((key) => factsOfKey(entry, key) ?? []),
    ]
  }

  async find(id: WalletId, identifier: string): Promise<WalletKeyFacts | undefined> {
    const entry = await this.#context.wallets.read(id)
    const named = entry && namedIn(entry, identifier)
    if (entry === undefined || named === undefined) return undefined
    const { account } = named
    if (account !== undefined) return factsOfAccount(entry, account, this.#context.crypto)
    const key = entry.wallet.keys.find((one) => one.id === named.key)
    return key && factsOfKey(entry, key)
  }

  async sign(caller: Caller, identifier: string, use: WalletKeyUse): Promise<Result<Signed>> {
    const entry = await this.#context.wallets.read(caller.tenant)
    const named = entry && namedIn(entry, identifier)
    if (named === undefined) return refuse('unknown', 'the wallet has no such key')
    const { account, key } = named
    const payload = use.data && account && readSigningData(use.data, account)
    if (payload !== undefined) {
      const signed = await this.#request(caller, { account, payload, mayWait: use.mayWait })
      if (signed.ok || !undecodable.has(signed.refusal.code)) return signed
    }
    const { algorithm, data, hash } = use.raw()
    const signed = hash === undefined ? data : this.#context.crypto[hash](data)
    const raw = { kind: 'raw', key, algorithm, data: toHex(signed) } as const
    return this.#request(caller, { account, payload: raw, mayWait: use.mayWait })
  }

  async poll(caller: Caller, request: string): Promise<Result<WaitedSign>> {
    const waited = await pollWait(this.#context, caller, request)
    if (!waited.ok) return waited
    const parsed = parseRequest(waited.value.request)
    assert(parsed.operation === 'sign', 'signatures alone wait so')
    const { account, payload } = parsed
    const named = account ?? (payload.kind === 'raw' ? payload.key : undefined)
    const key = named && (await this.find(caller.tenant, named))
    if (key === undefined) return refuse('unknown', 'the wallet has no such key')
    return accept({ key, signed: waited.value.answer.signed })
  }

  cancel(caller: Caller, request: string): Promise<Result<void>> {
    return cancelWait(this.#context, caller, request)
  }

  /** The request that the client would have sent: the same bytes are judged, signed, receipted. */
  async #request(caller: Caller, { account, payload, mayWait }: Asked): Promise<Result<Signed>> {
    const { mesh, clock } = this.#context
    const deadlineMs = clock.nowMs() + requestTimeoutMs
    const write = (expiresAtMs: number, wait: { readonly wait?: true }): Bytes =>
      utf8(
        JSON.stringify({
          operation: 'sign',
          mesh,
          expiresAt: formatTimestamp(expiresAtMs),
          wallet: caller.tenant,
          ...(account === undefined ? {} : { account: account.id }),
          payload,
          ...wait,
        }),
      )
    const bytes = write(deadlineMs, {})
    const request = attempt(() => parseRequest(bytes))
    if (!request.ok) return request
    assert(request.value.operation === 'sign', 'the request is the one that was written')
    const answer = await sign(this.#context, {
      bytes,
      request: request.value,
      authorisations: [],
      certificate: caller.credential,
      deadlineMs,
    })
    if (answer.ok) return accept(answer.value.signed)
    if (!mayWait || !lacksPersons.has(answer.refusal.code)) return answer
    const waited = await signOrWait(
      this.#context,
      caller,
      write(clock.nowMs() + this.#waitMs, { wait: true }),
    )
    return waited.ok ? accept(waited.value.signed) : waited
  }
}

/**
 *     const walletKeys = createWalletKeys(context, { waitMs })
 *     const signed = await walletKeys.sign(caller, 'acc_…', { data, raw })
 */
export const createWalletKeys = (
  context: CoreContext,
  { waitMs }: { readonly waitMs: number },
): WalletKeys => new OwnWalletKeys(context, waitMs)
