/** A simulated mesh's evidence for tests, and the real evidence that lies beside the repository. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  createSimulatedPlatform,
  createSimulatedRoot,
  type Entropy,
  type QuoteInput,
  simulatedCollateral,
  simulatedQuote,
  simulatedRootCertificate,
} from '@holdfast/attestation'
import { collateralFromPccs, pccsCollateralSchema } from '@holdfast/base/collateral'
import { sharedPath } from '../support/shared.ts'

/** Bytes that depend on the seed alone. */
export const seeded = (seed: string): Entropy => {
  let counter = 0
  return (length) => {
    counter += 1
    const bytes = createHash('shake256', { outputLength: length })
    return new Uint8Array(bytes.update(`${seed} ${counter}`).digest())
  }
}

export const nowMs = Date.parse('2026-11-22T12:00:00Z')
export const dayMs = 86_400_000

export const root = createSimulatedRoot({ entropy: seeded('root'), nowMs })
export const platform = createSimulatedPlatform(root, { entropy: seeded('platform'), nowMs })
export const rootCa = simulatedRootCertificate(root)
export const mrEnclave = new Uint8Array(32).fill(0xe5)
export const reportData = new Uint8Array(64).fill(0xda)

export const simulatedInput = (): QuoteInput => ({
  quote: simulatedQuote(platform, { mrEnclave, reportData }),
  collateral: simulatedCollateral(root, { nowMs }),
  rootCa,
  nowMs,
})

/** The day at which the real quotes' collateral was in force. */
export const realNowMs = Date.parse('2025-06-25T00:00:00Z')

export const realEvidence = (platform: 'sgx' | 'tdx') => {
  const quote = sharedPath('attestation', 'dcap', `${platform}_quote`)
  const collateral = sharedPath('attestation', 'dcap', `${platform}_quote_collateral.json`)
  if (quote === undefined || collateral === undefined) return undefined
  const pccs = pccsCollateralSchema.parse(JSON.parse(readFileSync(collateral, 'utf8')))
  return {
    quote: new Uint8Array(readFileSync(quote)),
    collateral: collateralFromPccs(pccs),
  }
}
