/** The answer to a message that is refused as a whole: in its form, in its sender's version. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Refusal } from '@holdfast/base/errors'
import { malformedAnswer, type Version, versionOfBroken, versionOfTree } from '@holdfast/kmip'
import { type KmipForm, kmipCodecs } from './kmip-codecs.ts'
import { writeAnswer } from './write-answer.ts'

const newest: Version = '2.1'

/** As far as it can be read; TTLV has it at a fixed place, so that nothing else is looked at. */
const versionOf = (untrusted: Bytes, form: KmipForm): Version => {
  if (form === 'ttlv') return versionOfBroken(untrusted) ?? newest
  const tree = kmipCodecs[form].decode(untrusted)
  return (tree.ok ? versionOfTree(tree.value) : undefined) ?? newest
}

/**
 * One batch item without an operation, with the reason that the table of errors has for the
 * refusal, or the nearest that the version knows (KMIP 2.1 §9.18).
 *
 *     refuseMessage(untrusted, 'ttlv', { refusal, timeStamp: 1_764_000_000n })
 */
export const refuseMessage = (
  untrusted: Bytes,
  form: KmipForm,
  { refusal, timeStamp }: { readonly refusal: Refusal; readonly timeStamp: bigint },
): Bytes => {
  const version = versionOf(untrusted, form)
  return writeAnswer(kmipCodecs[form], malformedAnswer({ refusal, version, timeStamp }))
}
