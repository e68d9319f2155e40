/** One call to one member: it has a deadline, ends in one answer, and is never sent twice. */
import { type Client, type Metadata, status } from '@grpc/grpc-js'
import { type MethodName, methods, type RequestOf, type ResponseOf } from './messages.ts'

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  /** Of gRPC; what etcd wrote beside it is not passed on. */
  | { readonly ok: false; readonly status: status }

export type UnaryName = Exclude<MethodName, 'watch'>
export type UnaryCall<Name extends UnaryName> = {
  readonly request: RequestOf<Name>
  readonly metadata: Metadata
  readonly deadlineMs: number
  /** Told how the call can be ended before its deadline; what it answers is told of its end. */
  readonly onSent?: (end: () => void) => () => void
}

export const encodeBy = (name: MethodName) => (value: unknown) =>
  Buffer.from(methods[name].request.encode(value as never))

export const decodeBy =
  <Name extends MethodName>(name: Name) =>
  (untrusted: Buffer): ResponseOf<Name> =>
    methods[name].response.decode(untrusted) as ResponseOf<Name>

export const ask = <Name extends UnaryName>(
  client: Client,
  name: Name,
  call: UnaryCall<Name>,
): Promise<Answer<ResponseOf<Name>>> =>
  new Promise((resolve) => {
    const sent = client.makeUnaryRequest(
      methods[name].path,
      encodeBy(name),
      decodeBy(name),
      call.request,
      call.metadata,
      { deadline: Date.now() + call.deadlineMs },
      (error, value) => {
        ended()
        resolve(
          error === null && value !== undefined
            ? { ok: true, value }
            : { ok: false, status: error?.code ?? status.INTERNAL },
        )
      },
    )
    const ended = call.onSent?.(() => sent.cancel()) ?? (() => undefined)
  })
