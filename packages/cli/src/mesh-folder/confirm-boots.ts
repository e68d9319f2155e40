/** The local governors' statement on the boots of a mesh folder (docs/governance.md). */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fromUtf8 } from '@holdfast/base/bytes'
import { bootId, hex, zoneId } from '@holdfast/base/schema'
import { z } from 'zod'
import { statementLifetimeMs } from '../limits.ts'
import { bootProposals, proposeBoots } from './boot-proposal.ts'
import { publicFile, readJson, writeJson } from './files.ts'
import { localGovernors } from './governors.ts'
import type { MeshLayout } from './layout.ts'
import { readManifest } from './manifest-file.ts'
import { signedStatement } from './statement-proposal.ts'

const bootFile = z.strictObject({
  format: z.literal('holdfast boot v1'),
  zone: zoneId,
  boot: bootId,
  measurement: hex(32),
})
export type WaitingBoot = z.infer<typeof bootFile>

const bootPath = (layout: MeshLayout, name: string): string =>
  join(layout.node(name).dir, 'boot.json')

/**
 * Before a node starts: what it said at its last boot is over. A statement that named that boot
 * would put it above the one that is about to begin.
 */
export const forgetBoot = (layout: MeshLayout, name: string): Promise<void> =>
  rm(bootPath(layout, name), { force: true })

/** What the nodes of a folder said at their last boot; those that never booted say nothing. */
export const readBoots = async (
  layout: MeshLayout,
  names: readonly string[],
): Promise<readonly WaitingBoot[]> => {
  const found = await Promise.all(
    names.map((name) => readJson(bootPath(layout, name), bootFile).catch(() => undefined)),
  )
  return found.filter((boot) => boot !== undefined)
}

/** False where too few governors' keys lie in the folder to sign. */
export const confirmBoots = async (
  layout: MeshLayout,
  boots: readonly WaitingBoot[],
  nowMs: number,
): Promise<boolean> => {
  const known = await readManifest(layout, nowMs)
  const governors = await localGovernors(layout)
  const { threshold } = known.manifest.governors
  if (governors.length < threshold || boots.length === 0) return false
  const named = boots.map(({ zone, boot }) => ({ zone, boot }))
  const proposal = proposeBoots(known, named, { nowMs, lifetimeMs: statementLifetimeMs })
  const signed = signedStatement(bootProposals.signByAll(proposal, governors))
  await writeJson(layout.boots, JSON.parse(fromUtf8(signed)), publicFile)
  return true
}
