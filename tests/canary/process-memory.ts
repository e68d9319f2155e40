/**
 * The memory of a process that this one has started, as a core dump would hold it and more: also
 * what the process has asked to be left out of dumps. Linux only.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs'

export type Piece = { readonly region: string; readonly address: number; readonly bytes: Buffer }

export const hasProcessMemory = (): boolean => existsSync('/proc/self/mem')

const pieceBytes = 16 * 1024 * 1024
/** One page: longer than anything that is looked for. */
const overlapBytes = 4096

/**
 * Every readable mapping but the unwritable ones of files (programs and libraries), in pieces that
 * overlap. Stop the process first (SIGSTOP), so that nothing moves while it is read.
 */
export const memoryOf = function* (pid: number): Generator<Piece> {
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n')) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) (r)(w|-)\S* \S+ \S+ (\d+)\s*(.*)$/.exec(line)
      if (match === null) continue
      const [, from = '', to = '', , writable, inode, region = ''] = match
      if ((writable === '-' && inode !== '0') || /^\[v(?:var|syscall|dso)/.test(region)) continue
      const end = Number.parseInt(to, 16)
      for (let address = Number.parseInt(from, 16); address < end; ) {
        const bytes = Buffer.allocUnsafe(Math.min(pieceBytes, end - address))
        const length = readSync(memory, bytes, 0, bytes.length, address)
        yield { region, address, bytes: bytes.subarray(0, length) }
        if (length === 0 || address + length >= end) break
        address += Math.max(overlapBytes, length - overlapBytes)
      }
    }
  } finally {
    closeSync(memory)
  }
}
