/** Attributes as a client of a version may see them. */
import { attributesOf } from '@holdfast/kmip'
import type { Scope } from '../scope.ts'
import type { Attributes } from './attributes.ts'

export const shownAttributes = (scope: Scope, attributes: Attributes): Attributes =>
  attributesOf(scope.version, attributes)
