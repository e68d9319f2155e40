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
export type KmipConnection = {
  readonly takes: { readonly put: boolean; readonly notify: boolean }
  isOpen(): boolean
  /** Sends a request to the client; whether it has answered with success. */
  send(message: Bytes): Promise<boolean>
}

type Speaker = {
  readonly caller: KmipCaller
  readonly version: Version
  /** The credential of its last message. */
  readonly principal: string | undefined
}

type Options = {
  readonly judge: (caller: KmipCaller) => Promise<Result<void>>
  /** An object has reached a client. */
  readonly served: (wallet: WalletId, id: ObjectId) => Promise<void>
}

export class PushHub {
  readonly #options: Options
  readonly #wallets = new Map<WalletId, Map<KmipConnection, Speaker>>()

  constructor(options: Options) {
    this.#options = options
  }

  /** Notes who speaks on a connection. */
  join(connection: KmipConnection, speaker: Speaker): void {
    const { takes } = connection
    if (!takes.put && !takes.notify) return
    const { tenant } = speaker.caller
    const connections = this.#wallets.get(tenant) ?? new Map()
    this.#wallets.set(tenant, connections.set(connection, speaker))
  }

  isWanted(wallet: WalletId): boolean {
    return this.#wallets.has(wallet)
  }

  /** Messages are made at once, while the values of new objects are there; sent when judged. */
  tell(wallet: WalletId, changes: readonly Committed[]): void {
    for (const [connection, speaker] of this.#wallets.get(wallet) ?? []) {
      if (!connection.isOpen()) continue
      for (const change of changes) {
        // What was made under a credential is for who shows it.
        const { owner } = change.object
        if (owner !== undefined && owner !== speaker.principal) continue
        const message = messageFor(connection, speaker, change)
        if (message !== undefined) void this.#send(connection, speaker, change, message)
      }
    }
  }

  /** Forgets connections that have ended. */
  sweep(): void {
    for (const [wallet, connections] of this.#wallets) {
      for (const connection of connections.keys()) {
        if (!connection.isOpen()) connections.delete(connection)
      }
      if (connections.size === 0) this.#wallets.delete(wallet)
    }
  }

  async #send(
    connection: KmipConnection,
    { caller }: Speaker,
    change: Committed,
    message: Bytes,
  ): Promise<void> {
    try {
      const judged = await this.#options.judge(caller)
      if (!judged.ok) return
      const taken = await connection.send(message)
      if (taken && 'value' in change) {
        await this.#options.served(caller.tenant, change.object.id)
      }
    } catch {
      // The connection or the store has failed: whoever needs either is told by its own request.
    }
  }
}

const messageFor = (
  { takes }: KmipConnection,
  { version }: Speaker,
  change: Committed,
): Bytes | undefined => {
  if ('value' in change) {
    return takes.put ? putMessage(version, change.object, change.value) : undefined
  }
  return takes.notify ? notifyMessage(version, change.before, change.object) : undefined
}
