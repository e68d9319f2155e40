/** A transport that keeps what went over HTTP, for judging it afterwards. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Transport } from '@holdfast/sdk'
import { nodeTransport } from '@holdfast/sdk/node'

export type Exchange = {
  readonly method: string
  readonly path: string
  readonly requestType?: string
  readonly requestBody?: Bytes
  readonly status: number
  readonly type: string
  readonly body: Bytes
}

export type RecordingTransport = Transport & { readonly exchanges: readonly Exchange[] }

/** Over real connections, whose answers are passed on as they are. */
export const recordingTransport = (): RecordingTransport => {
  const transport = nodeTransport()
  const exchanges: Exchange[] = []
  return {
    ...transport,
    exchanges,
    http: async (request) => {
      const answer = await transport.http(request)
      exchanges.push({
        method: request.method.toLowerCase(),
        path: new URL(request.url).pathname,
        ...(request.contentType === undefined ? {} : { requestType: request.contentType }),
        ...(request.body === undefined ? {} : { requestBody: Uint8Array.from(request.body) }),
        status: answer.status,
        type: answer.contentType,
        body: answer.body,
      })
      return answer
    },
  }
}
