/** Operations by their number, and which of them a version has. */
import { fail } from '@holdfast/base/errors'
import { enumerationTable } from '../names.ts'
import { operations } from '../operations/list.ts'
import type { OperationName } from '../operations/operation.ts'
import { enumerations } from '../tables/enumerations.ts'
import { inRange, type Version } from '../version.ts'

const { byValue } = enumerationTable('Operation')

/** Whether a version has an operation. */
export const hasOperation = (version: Version, name: OperationName): boolean =>
  inRange(version, operations[name])

/** The operation of a number; `unknown_operation` where this version has none. */
export const operationOf = (code: number, version: Version): OperationName => {
  const name = byValue.get(code) as OperationName | undefined
  return name !== undefined && hasOperation(version, name)
    ? name
    : fail('unknown_operation', `no such operation in ${version}`, 'Operation')
}

/** The number of an operation; `unknown_operation` where this version has it not. */
export const codeOf = (name: OperationName, version: Version): number =>
  hasOperation(version, name)
    ? enumerations.Operation[name][0]
    : fail('unknown_operation', `${name} is not of ${version}`, 'Operation')
