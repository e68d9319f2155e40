/** Fresh becomes false "as soon as the object has been served to a client" (KMIP 1.4 §3.34). */
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import type { ManagedObjects } from '../../objects/managed-objects.ts'
import { conflictAttempts } from '../limits.ts'
import { valueOf, withValues } from '../objects/attributes.ts'
import { readState, stateBytes } from '../objects/object-state.ts'

export const markServed = async (
  objects: ManagedObjects,
  wallet: WalletId,
  id: ObjectId,
): Promise<void> => {
  for (let attempt = 0; attempt < conflictAttempts; attempt += 1) {
    const state = await objects.state(wallet, id)
    if (!state.ok) return
    const object = readState(state.value)
    if (valueOf(object.attributes, 'Fresh') !== true) return
    const attributes = withValues(object.attributes, { Fresh: false })
    const change = { id, base: state.value.version, state: stateBytes({ ...object, attributes }) }
    const stored = await objects.change(wallet, [change])
    if (stored.ok || stored.refusal.code !== 'conflict') return
  }
}
