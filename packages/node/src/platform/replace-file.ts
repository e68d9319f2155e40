/** A file that is the old one or the new one, whole, also through a crash. */
import {
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  renameSync,
  writeSync,
} from 'node:fs'

/** `O_SYNC`, since Node's permission model has no fsync; Gramine passes on the second alone. */
const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_SYNC

/** Readable by its owner alone. Gramine renames files, and directories it does not. */
export const replaceFile = (path: string, content: Uint8Array): void => {
  const next = `${path}.next`
  const file = openSync(next, flags, 0o600)
  try {
    writeSync(file, content)
    if (process.permission === undefined) fsyncSync(file)
  } finally {
    closeSync(file)
  }
  chmodSync(next, 0o600)
  renameSync(next, path)
}
