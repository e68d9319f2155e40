/** A file that is the old one or the new one, whole, also through a crash. */
import { chmodSync, closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'

/** Readable by its owner alone. Gramine renames files, and directories it does not. */
export const replaceFile = (path: string, content: Uint8Array): void => {
  const next = `${path}.next`
  const file = openSync(next, 'w', 0o600)
  try {
    writeSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  chmodSync(next, 0o600)
  renameSync(next, path)
}
