/** An SGX enclave under Gramine as a node's machine. */
import { hkdfSync } from 'node:crypto'
import { intelRootCa, quotePlatform } from '@holdfast/attestation'
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { accept, attempt, RefusalError, type Result } from '@holdfast/base/errors'
import type { Machine } from '../machine.ts'
import { type KeeperOptions, openCollateralKeeper } from '../pccs/collateral-keeper.ts'
import { createSealedFile } from '../sealed-file.ts'
import { openAttestationDevice } from './attestation-device.ts'

export type GramineOptions = Pick<KeeperOptions, 'fetchCollateral' | 'nowMs' | 'logs'> & {
  readonly dir: string
  /** Absent but for tests: Gramine's own. */
  readonly device?: string
  /** Absent but for tests: Intel's. */
  readonly rootCa?: Bytes
}

const sealingLabel = 'holdfast sealing key v1'

/** 32 bytes from the platform's 16, which are erased. */
const expand = (key: Bytes): Bytes => {
  const expanded = hkdfSync('sha256', key, new Uint8Array(), utf8(sealingLabel), 32)
  key.fill(0)
  return new Uint8Array(expanded)
}

/**
 * Takes a first quote, which says what this enclave is and which collateral belongs to it. Refuses
 * `no_evidence`, `debug_enclave`, `no_collateral` and what the quote's parser refuses.
 */
export const openGramineMachine = async (options: GramineOptions): Promise<Result<Machine>> => {
  const { dir, rootCa = intelRootCa() } = options
  const opened = openAttestationDevice(options.device)
  if (!opened.ok) return opened
  const device = opened.value
  const first = attempt(() => device.quote(new Uint8Array(64)))
  if (!first.ok) return first
  const about = quotePlatform(first.value)
  if (!about.ok) return about
  const keeper = await openCollateralKeeper({
    ...options,
    file: `${dir}/collateral.json`,
    quote: first.value,
    rootCa,
  })
  if (!keeper.ok) return keeper
  const { measurement } = about.value
  return accept({
    kind: 'sgx',
    evidence: {
      measurement,
      quote: async (reportData) => {
        const quote = attempt(() => device.quote(reportData))
        if (!quote.ok) throw new RefusalError(quote.refusal)
        return quote.value
      },
      collateral: async () => utf8(JSON.stringify(keeper.value.current())),
    },
    sealing: createSealedFile(dir, async () => expand(device.sealingKey())),
    collateral: () => keeper.value.state(),
    start: () => keeper.value.start(),
  })
}
