/**
 * What a ticket of Delegated Login allows (KMIP 2.1 §6.1.12, §7.34): an operation on an object is
 * allowed by at least one right; a field that a right leaves out restricts nothing.
 */
import type { OperationName, RequestPayload } from '@holdfast/kmip'
import { failWith } from './failure.ts'
import { valuesOf } from './objects/attributes.ts'
import type { KmipObject } from './workspace.ts'

type Right = NonNullable<RequestPayload<'DelegatedLogin'>['rights']['rights']>[number]

/** A right, with the operations that are left of it. */
export type HeldRight = { readonly right: Right; left: bigint | undefined }

/** What one batch item may do under its tickets. */
export type Allowed = {
  readonly touches: (object: KmipObject) => boolean
  /** Whether it may make objects: a right that names objects is about those alone. */
  readonly makes: boolean
}

const allowedBy = ({ right }: HeldRight, object: KmipObject): boolean => {
  const { objects, objectGroups } = right
  const identifiers = objects?.uniqueIdentifiers
  const isNamed = identifiers === undefined || identifiers.includes(object.identifier)
  const groups = objectGroups?.objectGroups
  const own = valuesOf(object.attributes, 'ObjectGroup')
  return isNamed && (groups === undefined || own.some((group) => groups.includes(group)))
}

/** Refuses limits in bytes: what an operation moves is not the same for all operations. */
export const holdRights = (rights: readonly Right[]): readonly HeldRight[] =>
  rights.map((right) => {
    const { usageLimits } = right
    if (usageLimits !== undefined && usageLimits.usageLimitsUnit !== 'Object') {
      failWith('FeatureNotSupported', 'rights are limited by operations only')
    }
    return { right, left: usageLimits?.usageLimitsCount ?? usageLimits?.usageLimitsTotal }
  })

/** Uses the rights for one operation; refuses where none allows it. */
export const useRights = (held: readonly HeldRight[], operation: OperationName): Allowed => {
  const open = held.filter(
    ({ right, left }) =>
      (left === undefined || left > 0n) &&
      (right.operations?.operations?.includes(operation) ?? true),
  )
  if (open.length === 0) failWith('PermissionDenied', 'the ticket does not allow this operation')
  for (const one of open) if (one.left !== undefined) one.left -= 1n
  return {
    touches: (object) => open.some((one) => allowedBy(one, object)),
    makes: open.some(
      ({ right: { objects, objectGroups } }) => objects === undefined && objectGroups === undefined,
    ),
  }
}
