/**
 * Boots that wait for governors (docs/governance.md): a mesh that starts cold has no zone that
 * could confirm them. Their evidence is verified as that of any node, before anybody signs.
 */
import type { Bytes } from '@holdfast/base/bytes'
import { type ErrorCode, RefusalError } from '@holdfast/base/errors'
import type { BootId, ZoneId } from '@holdfast/base/ids'
import type { ConnectOptions } from './connect.ts'
import { endpoint } from './endpoint.ts'
import { connectTimeoutMs } from './limits.ts'
import { fetchTransport } from './transport.ts'
import { trustIn } from './trust.ts'
import { VerificationError } from './verification-error.ts'

export type ExaminedBoot =
  | {
      readonly node: string
      readonly ok: true
      readonly boot: BootId
      readonly zone: ZoneId
      readonly measurement: string
      readonly simulated: boolean
      /** What the node says of itself; the rest is verified. */
      readonly state: string
    }
  | { readonly node: string; readonly ok: false; readonly code: ErrorCode }

type Options = Pick<ConnectOptions, 'nodes' | 'mesh' | 'minimumSerial' | 'transport' | 'now'>

const codeOf = (error: unknown): ErrorCode => {
  if (error instanceof RefusalError || error instanceof VerificationError) return error.refusal.code
  throw error
}

/** Asks each node for fresh evidence; whoever gives none that holds is named with the reason. */
export const examineBoots = async (options: Options): Promise<readonly ExaminedBoot[]> => {
  const { mesh, minimumSerial = 1, now = Date.now, transport = fetchTransport() } = options
  const trust = trustIn({ mesh, minimumSerial, now })
  const examined: ExaminedBoot[] = []
  for (const node of options.nodes) {
    const at = endpoint(transport, node, connectTimeoutMs)
    try {
      const { verdict } = await trust.verify(at, {})
      const { state } = await at.status()
      const { identity, measurement, simulated } = verdict
      const { boot, zone } = identity
      examined.push({ node, ok: true, boot, zone, measurement, simulated, state })
    } catch (error) {
      examined.push({ node, ok: false, code: codeOf(error) })
    }
  }
  return examined
}

export type TakenBoot = { readonly node: string; readonly code: ErrorCode | 'taken' }

/** Gives governors' signed statement to each node: it proves itself. */
export const applyBoots = async (
  options: Pick<Options, 'nodes' | 'transport'>,
  signed: Bytes,
): Promise<readonly TakenBoot[]> => {
  const { transport = fetchTransport() } = options
  const taken: TakenBoot[] = []
  for (const node of options.nodes) {
    try {
      await endpoint(transport, node, connectTimeoutMs).boots(signed)
      taken.push({ node, code: 'taken' })
    } catch (error) {
      taken.push({ node, code: codeOf(error) })
    }
  }
  return taken
}
