/**
 * States of objects as attributes, kept from one request to the next: a state's version never has
 * two contents, so that one which was read once need not be read again.
 */
import type { ObjectId } from '@holdfast/base/ids'
import type { ObjectState } from '../objects/managed-objects.ts'
import { decodedStatesMax } from './limits.ts'
import type { KmipObject } from './workspace.ts'

type Kept = { readonly epoch: number; readonly version: number; readonly object: KmipObject }

export class DecodedStates {
  readonly #kept = new Map<ObjectId, Kept>()
  readonly #limit: number

  constructor(limit: number = decodedStatesMax) {
    this.#limit = limit
  }

  read(state: ObjectState, decode: (state: ObjectState) => KmipObject): KmipObject {
    const { epoch, version } = state.version
    const kept = this.#kept.get(state.id)
    const isSame = kept?.epoch === epoch && kept.version === version
    if (isSame && kept.object.destroyed === state.destroyed) return kept.object
    const object = decode(state)
    const [oldest] = this.#kept.keys()
    if (kept !== undefined) this.#kept.delete(state.id)
    else if (oldest !== undefined && this.#kept.size >= this.#limit) this.#kept.delete(oldest)
    this.#kept.set(state.id, { epoch, version, object })
    return object
  }
}
