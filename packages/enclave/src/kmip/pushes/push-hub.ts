/**
 * Connections whose clients have said that they take Put or Notify, and what they are sent when an
 * object of their wallet changes at this node. A client that has asked nothing yet is sent nothing:
 * its version is that of its last message.
 */
import type { Bytes } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import type { Version } from '@holdfast/kmip'
import type { KmipCaller } from '../create-kmip-server.ts'
import type { Committed } from '../workspace.ts'
import { notifyMessage, putMessage } from './push-messages.ts'

/** A client's connection, as far as the server may ask on it. */
export type PushTarget = {
  readonly takes: { readonly put: boolean; readonly notify: boolean }
  isOpen(): boolean
  /** Sends a request to the client; whether it has answered with success. */
  send(message: Bytes): Promise<boolean>
}

type Speaker = {
  readonly caller: KmipCaller
  readonly version: Version
  /** Owners of objects whose credential was shown on the connection. */
  readonly shown: ReadonlySet<string>
}

type Options = {
  readonly judge: (caller: KmipCaller) => Promise<Result<void>>
  /** An object has reached a client. */
  readonly served: (wallet: WalletId, id: ObjectId) => Promise<void>
}

export class PushHub {
  readonly #options: Options
  readonly #wallets = new Map<WalletId, Map<PushTarget, Speaker>>()

  constructor(options: Options) {
    this.#options = options
  }

  /** Notes who speaks on a connection. */
  join(target: PushTarget, speaker: Speaker): void {
    const { takes } = target
    if (!takes.put && !takes.notify) return
    const { tenant } = speaker.caller
    const connections = this.#wallets.get(tenant) ?? new Map()
    this.#wallets.set(tenant, connections.set(target, speaker))
  }

  isWanted(wallet: WalletId): boolean {
    return this.#wallets.has(wallet)
  }

  /** Messages are made at once, while the values of new objects are there; sent when judged. */
  tell(wallet: WalletId, changes: readonly Committed[], origin: PushTarget | undefined): void {
    for (const [target, speaker] of this.#wallets.get(wallet) ?? []) {
      if (!target.isOpen()) continue
      for (const change of changes) {
        if (!mayHear(speaker, change, target === origin)) continue
        const message = messageFor(target, speaker, change)
        if (message !== undefined) void this.#send(target, speaker, change, message)
      }
    }
  }

  /** Forgets connections that have ended. */
  sweep(): void {
    for (const [wallet, connections] of this.#wallets) {
      for (const target of connections.keys()) {
        if (!target.isOpen()) connections.delete(target)
      }
      if (connections.size === 0) this.#wallets.delete(wallet)
    }
  }

  async #send(
    target: PushTarget,
    { caller }: Speaker,
    change: Committed,
    message: Bytes,
  ): Promise<void> {
    try {
      const judged = await this.#options.judge(caller)
      if (!judged.ok) return
      const taken = await target.send(message)
      if (taken && 'value' in change) {
        await this.#options.served(caller.tenant, change.object.id)
      }
    } catch {
      // The connection or the store has failed: whoever needs either is told by its own request.
    }
  }
}

/** What was made under a credential is for who has shown it, or makes it just now. */
const mayHear = ({ shown }: Speaker, change: Committed, isOrigin: boolean): boolean => {
  const { owner } = change.object
  return owner === undefined || shown.has(owner) || (isOrigin && 'value' in change)
}

const messageFor = (
  { takes }: PushTarget,
  { version }: Speaker,
  change: Committed,
): Bytes | undefined => {
  if ('value' in change) {
    return takes.put ? putMessage(version, change.object, change.value) : undefined
  }
  return takes.notify ? notifyMessage(version, change.before, change.object) : undefined
}
