/** One operation: its name, the versions that have it, and the tables of its two payloads. */
import { type Fields, type StructureType, structure } from '../schema/structure.ts'
import type { AnyType, ValueOf } from '../schema/type.ts'
import type { enumerations } from '../tables/enumerations.ts'
import type { Version } from '../version.ts'

export type OperationName = keyof (typeof enumerations)['Operation']

export type Operation<
  Name extends OperationName = OperationName,
  Request extends AnyType = AnyType,
  Response extends AnyType = AnyType,
> = {
  readonly name: Name
  readonly since: Version
  readonly until?: Version
  readonly request: Request
  readonly response: Response
}

/** Declares an operation; what an older client would not know is left out of responses. */
export const operation = <
  const Name extends OperationName,
  const Request extends Fields,
  const Response extends Fields,
>(
  name: Name,
  range: { readonly since: Version; readonly until?: Version },
  request: Request,
  response: Response,
): Operation<Name, StructureType<Request>, StructureType<Response>> => ({
  name,
  ...range,
  request: structure(request),
  response: structure(response, 'omit'),
})

export type RequestOf<Declared extends { readonly request: AnyType }> = ValueOf<Declared['request']>
export type ResponseOf<Declared extends { readonly response: AnyType }> = ValueOf<
  Declared['response']
>
