/**
 * A JSON text of Intel's with its signature in one object, as the certification service answers
 * it: `{"tcbInfo":{…},"signature":"…"}`. What is signed are the inner bytes exactly as they stand.
 */
import { fail } from '@holdfast/base/errors'

export type SignedTextName = 'tcbInfo' | 'enclaveIdentity'

export const signedText = (name: SignedTextName, text: string, signature: string): string =>
  `{"${name}":${text},"signature":"${signature}"}`

/** The parts; fails with `malformed`. That the text is JSON is for its own parser to say. */
export const splitSignedText = (
  name: SignedTextName,
  whole: string,
): { readonly text: string; readonly signature: string } => {
  const head = `{"${name}":`
  const tail = /,"signature":"([0-9a-f]{128})"\}$/.exec(whole)
  if (!whole.startsWith(head) || tail === null) {
    return fail('malformed', 'a signed text of the collateral has another form')
  }
  return { text: whole.slice(head.length, tail.index), signature: tail[1] as string }
}
