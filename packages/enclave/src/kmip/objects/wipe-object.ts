/** Overwrites the secret bytes of a managed object that a request held in memory. */
import type { ManagedObject } from '@holdfast/kmip'
import { keyBlockOf } from './key-values.ts'

const wipe = (value: unknown): void => {
  if (value instanceof Uint8Array) value.fill(0)
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) wipe(one)
}

/** Numbers of transparent keys are values of the runtime, which cannot be overwritten. */
export const wipeObject = (object: ManagedObject): void => {
  wipe(keyBlockOf(object)?.keyValue)
  if (object.type === 'OpaqueObject') wipe(object.value.opaqueDataValue)
}
