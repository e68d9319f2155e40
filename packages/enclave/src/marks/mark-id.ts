/** The id of a mark: who said what by which request, and where. */
import { type Bytes, toHex, utf8 } from '@holdfast/base/bytes'
import type { PersonId, ZoneId } from '@holdfast/base/ids'
import type { Mark } from '@holdfast/base/mark'
import type { Crypto } from '../ports/crypto.ts'

export const markIdOf = (
  crypto: Crypto,
  request: Bytes,
  said: { readonly type: Mark['type']; readonly person: PersonId; readonly zone: ZoneId },
): string => {
  const { type, person, zone } = said
  return toHex(crypto.sha256(utf8(`holdfast mark v1\0${type}\0${person}\0${zone}\0`), request))
}
