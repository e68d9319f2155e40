/** Changes that this zone held and another home left behind: kept for those who asked for them. */
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { pastRequestsMax } from '@holdfast/base/limits'
import { type PastRequest, pastRequests, type SupersededRequest } from '@holdfast/base/past-request'
import { z } from 'zod'
import type { Condition, Write } from '../ports/store.ts'
import { supersededName } from '../records/names.ts'
import type { Records } from '../records/records.ts'

const record = z.strictObject({
  format: z.literal('holdfast superseded v1'),
  /** The newest last. */
  changes: pastRequests,
})

const read = async (records: Records, wallet: WalletId) => {
  const found = await records.read(supersededName(wallet))
  const changes = found === undefined ? [] : parseCbor(record, found.payload).changes
  return { found, changes }
}

export const findSuperseded = async (
  { records, zone }: { readonly records: Records; readonly zone: ZoneId },
  wallet: WalletId,
  request: string,
): Promise<SupersededRequest | undefined> => {
  const { changes } = await read(records, wallet)
  const change = changes.findLast((one) => one.request === request)
  return change && { ...change, zone }
}

/** Adds them in the very transaction that takes the other home's version. */
export const prepareSuperseded = async (
  records: Records,
  wallet: WalletId,
  lost: readonly PastRequest[],
  into: { readonly conditions: Condition[]; readonly writes: Write[] },
): Promise<void> => {
  if (lost.length === 0) return
  const { found, changes } = await read(records, wallet)
  const name = supersededName(wallet)
  const version = { epoch: 1, version: (found?.version.version ?? 0) + 1 }
  const kept = [...changes, ...lost].slice(-pastRequestsMax)
  into.conditions.push({ key: name, revision: found?.revision ?? 'absent' })
  into.writes.push(
    records.put(name, version, toCbor({ format: 'holdfast superseded v1', changes: kept })),
  )
}
