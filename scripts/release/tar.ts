/** A tar archive (POSIX.1-1988 ustar) that is the same bytes for the same content. */
import { assert } from '@holdfast/base/errors'

export type TarEntry = {
  /** Without a leading slash; a folder ends in one. */
  readonly path: string
  readonly mode: number
  readonly content?: Uint8Array
  /** Owner and group; root where absent. */
  readonly uid?: number
}

const blockBytes = 512

const octal = (value: number, length: number): string =>
  `${value.toString(8).padStart(length - 1, '0')}\0`

/** Time zero, no names of users: nothing of where it was made. */
const headerOf = ({ path, mode, content, uid = 0 }: TarEntry): Buffer => {
  assert(Buffer.byteLength(path) <= 100, `the path fits a ustar header: ${path}`)
  const header = Buffer.alloc(blockBytes)
  header.write(path, 0)
  header.write(octal(mode, 8), 100)
  header.write(octal(uid, 8), 108)
  header.write(octal(uid, 8), 116)
  header.write(octal(content?.length ?? 0, 12), 124)
  header.write(octal(0, 12), 136)
  header.write(' '.repeat(8), 148)
  header.write(path.endsWith('/') ? '5' : '0', 156)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

/** Entries in byte order of their paths, so that a folder stands before what is in it. */
export const tarOf = (entries: readonly TarEntry[]): Buffer => {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const parts = sorted.flatMap((entry) => {
    const content = entry.content ?? new Uint8Array()
    const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes)
    return [headerOf(entry), content, padding]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)])
}
