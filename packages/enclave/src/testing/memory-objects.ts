/** Managed objects in memory, with the rules of the replicated ones: for tests. */
import type { Bytes } from '@holdfast/base/bytes'
import { accept, refuse } from '@holdfast/base/errors'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import type { ManagedObjects, ObjectState } from '../objects/managed-objects.ts'

type Kept = { state: ObjectState; payload: Bytes | undefined }

export const createMemoryObjects = (): ManagedObjects => {
  const kept = new Map<ObjectId, Kept>()
  const followers = new Set<(wallet: WalletId, id: ObjectId) => void>()
  const tell = (wallet: WalletId, id: ObjectId): void => {
    for (const follower of followers) follower(wallet, id)
  }
  const find = (wallet: WalletId, id: ObjectId): Kept | undefined => {
    const found = kept.get(id)
    return found?.state.wallet === wallet ? found : undefined
  }
  const unknown = refuse('unknown', 'no such object')
  return {
    create: async (wallet, objects) => {
      if (objects.some(({ id }) => kept.has(id))) return refuse('conflict', 'the object exists')
      for (const [place, { id, payload, state }] of objects.entries()) {
        const version = { epoch: 1, version: 1 }
        const made = { version, destroyed: false, createdAtMs: kept.size, place }
        kept.set(id, {
          state: { id, wallet, state: state.slice(), ...made },
          payload: payload.slice(),
        })
        tell(wallet, id)
      }
      return accept(undefined)
    },
    state: async (wallet, id) => {
      const found = find(wallet, id)
      return found === undefined ? unknown : accept(found.state)
    },
    payload: async (wallet, id) => {
      const found = find(wallet, id)
      if (found === undefined) return unknown
      return found.payload === undefined
        ? refuse('destroyed', 'the object was destroyed')
        : accept(found.payload.slice())
    },
    list: async (wallet) =>
      [...kept.values()].map(({ state }) => state).filter((state) => state.wallet === wallet),
    follow: (listener) => {
      followers.add(listener)
      return () => void followers.delete(listener)
    },
    holds: (id) => kept.get(id)?.payload !== undefined,
    count: async (wallet) =>
      [...kept.values()].filter(({ state }) => state.wallet === wallet).length,
    change: async (wallet, changes) => {
      for (const { id, base } of changes) {
        const found = find(wallet, id)
        if (found === undefined) return unknown
        const { epoch, version } = found.state.version
        if (epoch !== base.epoch || version !== base.version) return refuse('conflict', 'changed')
      }
      for (const { id, state, destroy } of changes) {
        const found = find(wallet, id) as Kept
        const { epoch, version } = found.state.version
        found.state = {
          ...found.state,
          state: state.slice(),
          version: { epoch, version: version + 1 },
          destroyed: found.state.destroyed || destroy === true,
        }
        if (destroy === true) found.payload = undefined
        tell(wallet, id)
      }
      return accept(undefined)
    },
  }
}
