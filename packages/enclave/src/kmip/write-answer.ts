/** An answer as bytes; where it cannot be sent as it is, one that says so. */
import type { Bytes } from '@holdfast/base/bytes'
import { type Failure, malformedAnswer, type Response, writeResponse } from '@holdfast/kmip'
import type { KmipCodec } from './kmip-codecs.ts'

/** Of an answer as a whole (KMIP 2.1 §9.9). */
const tooLarge = ({ items: [first] }: Response): Failure => ({
  status: 'OperationFailed',
  operation: first?.operation,
  uniqueBatchItemId: first?.uniqueBatchItemId,
  reason: 'ResponseTooLarge',
  message: 'the response is larger than this server sends',
})

export const writeAnswer = (codec: KmipCodec, response: Response): Bytes => {
  const tree = writeResponse(response)
  const encoded = tree.ok ? codec.encode(tree.value) : undefined
  if (encoded !== undefined && encoded.length <= codec.answerBytesMax) return encoded
  const { version, header } = response
  const answer: Response = tree.ok
    ? { version, header, items: [tooLarge(response)] }
    : malformedAnswer({ refusal: tree.refusal, version, timeStamp: header.timeStamp })
  const refused = writeResponse(answer)
  if (!refused.ok) throw new Error('invariant broken: a refusal cannot be written')
  return codec.encode(refused.value)
}
