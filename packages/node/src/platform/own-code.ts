/**
 * What code this process is: a release (one bundle, its addons, its library and the Node that runs
 * it, in one folder) or the sources of a checkout. Each has its measurement for simulated machines.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { measureSources } from './measurement.ts'

export const releaseEntry = 'enclave.mjs'
export const releaseLibrary = 'libsecp256k1.so'
export const releaseNode = 'node'

/** Every file of a release that runs beside a key, in byte order. */
export const releaseFiles = [
  releaseEntry,
  'koffi.node',
  releaseLibrary,
  releaseNode,
  'sodium-native.node',
] as const

/**
 * SHA-256, hexadecimal, over each file as name ‖ 0 ‖ length (8 bytes, big-endian) ‖ content.
 * `node` is the Node that runs, which need not be the folder's.
 */
export const measureRelease = (dir: string, node: string = join(dir, releaseNode)): string => {
  const hash = createHash('sha256').update('holdfast release measurement v1\0')
  for (const name of releaseFiles) {
    const content = readFileSync(name === releaseNode ? node : join(dir, name))
    const length = Buffer.alloc(8)
    length.writeBigUInt64BE(BigInt(content.length))
    hash.update(name).update('\0').update(length).update(content)
  }
  return hash.digest('hex')
}

export type OwnCode = {
  readonly measurement: () => string
  /** A release brings its libsecp256k1 and uses no other. */
  readonly secp256k1Path?: string
}

/** `dir` is the folder of the file that runs. */
export const ownCode = (dir: string): OwnCode =>
  existsSync(join(dir, releaseEntry))
    ? {
        measurement: () => measureRelease(dir, process.execPath),
        secp256k1Path: join(dir, releaseLibrary),
      }
    : { measurement: () => measureSources(join(dir, '../../..')) }
