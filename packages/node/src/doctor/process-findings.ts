/** The process and its limits: memory that may be locked, files, dumps, rights, libraries. */
import { readFileSync } from 'node:fs'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { clientConnectionsMax } from '../limits.ts'
import type { OwnCode } from '../platform/own-code.ts'
import { type Finding, ok, warning, wrong } from './finding.ts'

/** The arena of slots for opened keys, with room to spare. */
const lockedBytesWanted = 4 * 1024 * 1024

/** Soft limits of this process by the names of `/proc/self/limits`. */
const readLimits = (): ReadonlyMap<string, number> => {
  let text = ''
  try {
    text = readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return new Map()
  }
  return new Map(
    text.split('\n').flatMap((line): [string, number][] => {
      const soft = line.slice(26).trim().split(/\s+/)[0] ?? ''
      const value = soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
      return line === '' || Number.isNaN(value) ? [] : [[line.slice(0, 26).trim(), value]]
    }),
  )
}

const limitFindings = (limits: ReadonlyMap<string, number>): readonly Finding[] => {
  const locked = limits.get('Max locked memory')
  const files = limits.get('Max open files')
  const dumps = limits.get('Max core file size')
  return [
    ...(locked === undefined
      ? []
      : locked >= lockedBytesWanted
        ? [ok(`${locked} bytes of memory may be locked`)]
        : [wrong(`only ${locked} bytes may be locked`, 'LimitMEMLOCK=64M, or ulimit -l 65536')]),
    ...(files === undefined
      ? []
      : files > clientConnectionsMax
        ? [ok(`${files} files may be open`)]
        : [
            warning(
              `only ${files} files may be open, fewer than the connections of one listener`,
              'LimitNOFILE=65536, or ulimit -n 65536',
            ),
          ]),
    ...(dumps === undefined || dumps === 0
      ? []
      : [warning('a crash would write memory to a core file', 'LimitCORE=0, or ulimit -c 0')]),
  ]
}

const libraryFindings = async (code: OwnCode): Promise<readonly Finding[]> => {
  const { secp256k1Path } = code
  const options = secp256k1Path === undefined ? {} : { secp256k1Path }
  using crypto = await createCrypto({ entropy: createEntropy(), ...options })
  const { backend } = crypto.secp256k1
  return [
    backend.includes('WebAssembly')
      ? warning(
          `secp256k1 by ${backend}, a fifth as fast`,
          'install libsecp256k1: apt-get install libsecp256k1-1',
        )
      : ok(`secp256k1 by ${backend}`),
    crypto.arena().locked
      ? ok('opened keys lie in locked memory')
      : wrong('opened keys would lie in memory that may be swapped', 'LimitMEMLOCK=64M'),
  ]
}

export const processFindings = async (code: OwnCode): Promise<readonly Finding[]> => [
  ...limitFindings(readLimits()),
  ...(await libraryFindings(code)),
  ...(process.getuid?.() === 0
    ? [warning('this runs as root', 'run it as a user of its own (deploy/systemd)')]
    : []),
]
