/**
 * KMIP over managed objects: one message in, one message out, in TTLV, XML or JSON. It never
 * throws for what a client sent; whoever calls has authenticated the client already.
 *
 *     const server = createKmipServer({ objects, crypto, general, entropy, clock })
 *     const answer = await server.handle({ tenant, credential }, untrustedBytes)
 */
import type { Bytes } from '@holdfast/base/bytes'
import { accept, attempt, type Refusal, type Refused, type Result } from '@holdfast/base/errors'
import type { CredentialId, WalletId } from '@holdfast/base/ids'
import { type ReceivedRequest, readRequest } from '@holdfast/kmip'
import type { ManagedObjects } from '../objects/managed-objects.ts'
import type { Certifier } from '../ports/certifier.ts'
import type { Clock } from '../ports/clock.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { GeneralCrypto } from '../ports/general-crypto.ts'
import type { OwnerGuesses } from './check-owner.ts'
import type { ChainCrypto } from './crypto/chain-curves.ts'
import { SigningKeys } from './crypto/signing-keys.ts'
import { DecodedStates } from './decoded-states.ts'
import { handleRequest } from './handle-request.ts'
import { type KmipForm, kmipCodecs } from './kmip-codecs.ts'
import { indexedObjectsMax, tenantsInMemoryMax } from './limits.ts'
import { WalletIndexes } from './locate/wallet-indexes.ts'
import { readState } from './objects/object-state.ts'
import { principalOf } from './principal.ts'
import { markServed } from './pushes/mark-served.ts'
import { PushHub, type PushTarget } from './pushes/push-hub.ts'
import { refuseMessage } from './refuse-message.ts'
import { defaultFacts, type KmipServerFacts } from './server-facts.ts'
import { TenantMemory } from './tenant-memory.ts'
import { settingsId } from './tenant-settings.ts'
import type { WalletKeys } from './wallet-keys/wallet-keys.ts'
import { writeAnswer } from './write-answer.ts'

export type KmipCaller = {
  /** The wallet whose general objects the client may use. */
  readonly tenant: WalletId
  readonly credential: CredentialId
}

export type { KmipForm }

/** One connection of a client; the server remembers by it what was shown on it. */
export type KmipConnection = {
  /** Of a client that takes Put or Notify. */
  readonly pushes?: PushTarget | undefined
}

export type KmipServerOptions = {
  readonly objects: ManagedObjects
  readonly general: GeneralCrypto
  /** Signs on the curves of chains, as they want it. */
  readonly chains?: ChainCrypto
  readonly entropy: Entropy
  readonly clock: Clock
  /** Whether the caller may still ask; looked at for every message. Default: always. */
  readonly judge?: (caller: KmipCaller) => Promise<Result<void>>
  readonly facts?: KmipServerFacts
  /** Issues certificates for Certify; without one it is refused. */
  readonly certifier?: Certifier
  /** Counts guesses at the credentials of objects; without it they are not counted. */
  readonly guesses?: OwnerGuesses
  /** The keys of wallets, the second class of object; without it there are none. */
  readonly walletKeys?: WalletKeys
}

export type KmipServer = {
  /**
   * Without a connection a message stands alone: a credential in its header is a guess each time,
   * and nothing is sent but the answer.
   */
  handle(
    caller: KmipCaller,
    untrustedMessage: Bytes,
    form?: KmipForm,
    connection?: KmipConnection,
  ): Promise<Bytes>
  /** Answers that a message as a whole is refused. */
  refuse(untrustedMessage: Bytes, form: KmipForm, refusal: Refusal): Bytes
  /** Erases opened keys that are not used, or whose object is gone; the shell calls it often. */
  tick(): void
  /** Erases all opened keys. */
  stop(): void
}

class Server implements KmipServer {
  readonly #options: KmipServerOptions
  readonly #tenants = new Map<WalletId, TenantMemory>()
  readonly #signingKeys = new SigningKeys()
  readonly #states = new DecodedStates()
  readonly #indexes: WalletIndexes
  readonly #pushes: PushHub
  readonly #shown = new WeakMap<KmipConnection, Set<string>>()

  constructor(options: KmipServerOptions) {
    this.#options = options
    this.#indexes = new WalletIndexes({
      objects: options.objects,
      read: (state) => this.#states.read(state, readState),
      objectsMax: indexedObjectsMax,
    })
    this.#pushes = new PushHub({
      judge: async (caller) => (await options.judge?.(caller)) ?? accept(undefined),
      served: (wallet, id) => markServed(options.objects, wallet, id),
    })
  }

  async handle(
    caller: KmipCaller,
    untrusted: Bytes,
    form: KmipForm = 'ttlv',
    connection?: KmipConnection,
  ): Promise<Bytes> {
    const codec = kmipCodecs[form]
    const tree = codec.decode(untrusted)
    const read = tree.ok ? readRequest(tree.value) : tree
    const judged = (await this.#options.judge?.(caller)) ?? accept(undefined)
    const request = judged.ok ? read : judged
    const principal = request.ok ? this.#principalOf(caller, request.value) : request
    if (!request.ok || !principal.ok) {
      const { refusal } = request.ok ? (principal as Refused) : request
      return this.refuse(untrusted, form, refusal)
    }
    const { tenant } = caller
    const { version } = request.value
    const shown = this.#shownOn(connection)
    const target = connection?.pushes
    if (target !== undefined) this.#pushes.join(target, { caller, version, shown })
    const { response, wipe } = await handleRequest(
      {
        ...this.#options,
        facts: this.#options.facts ?? defaultFacts,
        memory: this.#memoryOf(tenant),
        signingKeys: this.#signingKeys,
        states: this.#states,
        indexes: this.#indexes,
        caller,
        principal: principal.value,
        shown,
        committed: this.#pushes.isWanted(tenant)
          ? (changes) => this.#pushes.tell(tenant, changes, target)
          : undefined,
      },
      request.value,
    )
    try {
      return writeAnswer(codec, response)
    } finally {
      wipe()
    }
  }

  #principalOf({ tenant }: KmipCaller, { header }: ReceivedRequest): Result<string | undefined> {
    return attempt(() => principalOf(header, tenant, this.#options.general))
  }

  refuse(untrusted: Bytes, form: KmipForm, refusal: Refusal): Bytes {
    const timeStamp = BigInt(Math.floor(this.#options.clock.nowMs() / 1000))
    return refuseMessage(untrusted, form, { refusal, timeStamp })
  }

  tick(): void {
    const { clock, objects } = this.#options
    this.#pushes.sweep()
    this.#signingKeys.sweep(clock.nowMs(), (id) => objects.holds(id))
  }

  stop(): void {
    this.#signingKeys.clear()
    this.#indexes.stop()
  }

  #shownOn(connection: KmipConnection | undefined): Set<string> {
    if (connection === undefined) return new Set()
    const shown = this.#shown.get(connection) ?? new Set()
    this.#shown.set(connection, shown)
    return shown
  }

  #memoryOf(tenant: WalletId): TenantMemory {
    const known = this.#tenants.get(tenant)
    if (known !== undefined) return known
    if (this.#tenants.size >= tenantsInMemoryMax) {
      const [oldest] = this.#tenants.keys()
      if (oldest !== undefined) this.#tenants.delete(oldest)
    }
    const memory = new TenantMemory(
      settingsId(tenant, (bytes) => this.#options.general.hash('sha256', bytes)),
    )
    this.#tenants.set(tenant, memory)
    return memory
  }
}

export const createKmipServer = (options: KmipServerOptions): KmipServer => new Server(options)
