/** Simulated machines: each node's own, with collateral that is kept fresh. */
import {
  createSimulatedPlatform,
  type SimulatedPlatform,
  type SimulatedRoot,
  simulatedCollateral,
} from '@holdfast/attestation'
import type { DcapCollateral } from '@holdfast/base/collateral'
import { z } from 'zod'
import { collateralRenewBeforeMs } from '../limits.ts'
import { readJson, secretFile, writeJson } from './files.ts'
import type { MeshLayout } from './layout.ts'

export type PlatformFile = {
  readonly platform: SimulatedPlatform
  readonly collateral: DcapCollateral
}

export const randomEntropy = (length: number): Uint8Array =>
  globalThis.crypto.getRandomValues(new Uint8Array(length))

/** Made by this command and read by it; the node checks them by its own schema. */
const fileOf = <Value>() => z.custom<Value>((value) => typeof value === 'object' && value !== null)

export const makePlatform = (root: SimulatedRoot, nowMs: number): PlatformFile => ({
  platform: createSimulatedPlatform(root, { entropy: randomEntropy, nowMs }),
  collateral: simulatedCollateral(root, { nowMs }),
})

const nextUpdateMs = ({ tcbInfo }: DcapCollateral): number => {
  const { nextUpdate } = JSON.parse(tcbInfo) as { readonly nextUpdate: string }
  return Date.parse(nextUpdate)
}

/** Signs collateral anew where it will expire soon; the nodes whose it was. */
export const renewCollateral = async (
  layout: MeshLayout,
  nodes: readonly string[],
  nowMs: number,
): Promise<readonly string[]> => {
  const renewed: string[] = []
  for (const node of nodes) {
    const { platform: path } = layout.node(node)
    const file = await readJson(path, fileOf<PlatformFile>())
    if (nextUpdateMs(file.collateral) - nowMs > collateralRenewBeforeMs) continue
    const root = await readJson(layout.simulatedRoot, fileOf<SimulatedRoot>())
    const collateral = simulatedCollateral(root, { nowMs })
    await writeJson(path, { ...file, collateral }, secretFile)
    renewed.push(node)
  }
  return renewed
}
