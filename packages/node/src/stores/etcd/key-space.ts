/**
 * Where a store lies in etcd: `{prefix}/store` says which store it is, `{prefix}/record/…` are the
 * records. A prefix has no slash, so that no store lies inside another.
 */
import { type Bytes, fromUtf8, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'

export type KeySpace = {
  readonly marker: Bytes
  /** The key in etcd of a record. */
  record(key: string): Bytes
  /** The key of the record. Refuses `malformed` where no store wrote it. */
  keyOf(untrustedKey: Bytes): string
  /** All records whose keys begin so, and from where: [key, rangeEnd). */
  range(prefix: string, from?: string): { readonly key: Bytes; readonly rangeEnd: Bytes }
}

/** The first key behind all that begin with these bytes; UTF-8 never ends in 0xff. */
const behind = (prefix: Bytes): Bytes => {
  const end = Uint8Array.from(prefix)
  end[end.length - 1] = (end.at(-1) as number) + 1
  return end
}

export const createKeySpace = (prefix: string): KeySpace => {
  const records = `${prefix}/record/`
  const record = (key: string): Bytes => utf8(records + key)
  return {
    marker: utf8(`${prefix}/store`),
    record,
    keyOf: (untrustedKey) => {
      const key = fromUtf8(untrustedKey)
      if (!key.startsWith(records)) return fail('malformed', 'etcd answered with another key')
      return key.slice(records.length)
    },
    range: (keyPrefix, from = keyPrefix) => ({
      key: record(from),
      rangeEnd: behind(record(keyPrefix)),
    }),
  }
}
