/**
 * The simulated machine of a node, as `holdfast init` made it in the node's folder: quotes and
 * collateral that are genuine in form and prove nothing about hardware, and a sealing key in a
 * file. What shows it says SIMULATED.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SimulatedPlatform, simulatedQuote } from '@holdfast/attestation'
import { fromHex } from '@holdfast/base/bytes'
import { type DcapCollateral, dcapCollateralSchema } from '@holdfast/base/collateral'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { base64url, hex, parseJson } from '@holdfast/base/schema'
import { z } from 'zod'
import type { CollateralDates, Machine } from './machine.ts'
import { createSealedFile } from './sealed-file.ts'

const platformSchema: z.ZodType<SimulatedPlatform> = z.strictObject({
  format: z.literal('holdfast simulated platform v1'),
  ppid: hex(16),
  pckKey: base64url,
  attestationKey: base64url,
  pckCertificateChain: z.array(base64url).min(1).max(8),
  pckSerial: hex(),
})

const fileSchema = z.strictObject({ platform: platformSchema, collateral: dcapCollateralSchema })

const readNeeded = (path: string, subject: string): Uint8Array => {
  try {
    return readFileSync(path)
  } catch {
    return fail('bad_configuration', 'a file that init makes cannot be read', subject)
  }
}

const datesOf = (collateral: DcapCollateral): CollateralDates => {
  const { issueDate, nextUpdate } = JSON.parse(collateral.tcbInfo) as Record<string, string>
  return { obtainedAtMs: Date.parse(issueDate ?? ''), expiresAtMs: Date.parse(nextUpdate ?? '') }
}

/**
 * Opens the machine. Refuses `bad_configuration` where `platform.json` or `sealing.key` is absent
 * or wrong. The collateral is read again each time: `holdfast` renews it in its place.
 */
export const openSimulatedMachine = (options: {
  readonly dir: string
  readonly measurement: string
}): Result<Machine> =>
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
      kind: 'simulated',
      evidence: {
        measurement,
        quote: async (reportData) =>
          simulatedQuote(platform, { mrEnclave: fromHex(measurement), reportData }),
        collateral: async () => Buffer.from(JSON.stringify(read().collateral)),
      },
      sealing: createSealedFile(dir, async () => fromHex(key)),
      collateral: () => ({ ...datesOf(read().collateral), failures: 0 }),
      start: () => () => undefined,
    }
  })
