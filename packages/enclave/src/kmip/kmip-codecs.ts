/** The three forms of a KMIP message, as this server reads and writes them. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import {
  decodeJson,
  decodeTtlv,
  decodeXml,
  encodeJson,
  encodeTtlv,
  encodeXml,
  type Item,
  limits,
} from '@holdfast/kmip'
import { kmipAnswerBytesMax, kmipRequestBytesMax } from './limits.ts'

export type KmipForm = 'ttlv' | 'xml' | 'json'

export type KmipCodec = {
  readonly decode: (bytes: Bytes) => Result<Item>
  readonly encode: (item: Item) => Bytes
  readonly answerBytesMax: number
}

/** Text takes more bytes than the same message in TTLV. */
const textBytesMax = kmipAnswerBytesMax * limits.textScale

export const kmipCodecs: Readonly<Record<KmipForm, KmipCodec>> = {
  ttlv: {
    decode: (bytes) => decodeTtlv(bytes, { messageBytesMax: kmipRequestBytesMax }),
    encode: encodeTtlv,
    answerBytesMax: kmipAnswerBytesMax,
  },
  xml: { decode: (bytes) => decodeXml(bytes), encode: encodeXml, answerBytesMax: textBytesMax },
  json: { decode: (bytes) => decodeJson(bytes), encode: encodeJson, answerBytesMax: textBytesMax },
}
