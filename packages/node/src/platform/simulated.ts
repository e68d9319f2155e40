/**
 * The simulated machine of a node, as `holdfast init` made it in the node's folder: quotes and
 * collateral that are genuine in form and prove nothing about hardware, and a sealing key in a
 * file. What shows it says SIMULATED.
 */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { type SimulatedPlatform, simulatedQuote } from '@holdfast/attestation'
import { fromHex } from '@holdfast/base/bytes'
import { collateralSchema } from '@holdfast/base/collateral'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { base64url, hex, parseJson } from '@holdfast/base/schema'
import type { OwnEvidence } from '@holdfast/enclave/ports/evidence'
import type { Sealing } from '@holdfast/enclave/ports/sealing'
import { z } from 'zod'

const platformSchema: z.ZodType<SimulatedPlatform> = z.strictObject({
  format: z.literal('holdfast simulated platform v1'),
  ppid: hex(16),
  pckKey: base64url,
  attestationKey: base64url,
  pckCertificateChain: z.array(base64url).min(1).max(8),
  pckSerial: hex(),
})

const fileSchema = z.strictObject({ platform: platformSchema, collateral: collateralSchema })

export type SimulatedMachine = { readonly evidence: OwnEvidence; readonly sealing: Sealing }

const isAbsent = (error: unknown): boolean => (error as { code?: string }).code === 'ENOENT'

const readNeeded = (path: string, subject: string): Uint8Array => {
  try {
    return readFileSync(path)
  } catch {
    return fail('bad_configuration', 'a file that init makes cannot be read', subject)
  }
}

/** A file is the old one or the new one, whole, also through a crash. */
const replaceFile = (path: string, content: Uint8Array): void => {
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

const createSealing = (dir: string): Sealing => {
  const path = join(dir, 'zone-key.sealed')
  return {
    read: async () => {
      try {
        return new Uint8Array(readFileSync(path))
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw error
      }
    },
    write: async (sealed) => replaceFile(path, sealed),
    key: async () => {
      const text = readFileSync(join(dir, 'sealing.key'), 'utf8').trim()
      return fromHex(text)
    },
  }
}

/**
 * Opens the machine. Refuses `bad_configuration` where `platform.json` or `sealing.key` is absent
 * or wrong. The collateral is read again each time: `holdfast` renews it in its place.
 */
export const openSimulatedMachine = (options: {
  readonly dir: string
  readonly measurement: string
}): Result<SimulatedMachine> =>
  attempt(() => {
    const { dir, measurement } = options
    const path = join(dir, 'platform.json')
    const read = () => parseJson(fileSchema, readNeeded(path, 'platform.json'))
    const opened = attempt(read)
    if (!opened.ok) return fail('bad_configuration', 'not a simulated machine', 'platform.json')
    const key = new TextDecoder().decode(readNeeded(join(dir, 'sealing.key'), 'sealing.key')).trim()
    if (!/^[0-9a-f]{64}$/.test(key)) {
      return fail('bad_configuration', 'the sealing key is 32 bytes in hexadecimal', 'sealing.key')
    }
    const { platform } = opened.value
    return {
      evidence: {
        measurement,
        quote: async (reportData) =>
          simulatedQuote(platform, { mrEnclave: fromHex(measurement), reportData }),
        collateral: async () => Buffer.from(JSON.stringify(read().collateral)),
      },
      sealing: createSealing(dir),
    }
  })
