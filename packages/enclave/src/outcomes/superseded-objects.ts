/** Changes of managed objects that this zone held and another home left behind. */
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import type { ObjectId, WalletId, ZoneId } from '@holdfast/base/ids'
import { supersededObjectsMax } from '@holdfast/base/limits'
import { type SupersededObject, supersededObject } from '@holdfast/base/past-request'
import { formatTimestamp } from '@holdfast/base/time'
import { z } from 'zod'
import type { StateEntry } from '../objects/object-records.ts'
import { leftBehind } from '../objects/state-line.ts'
import type { Condition, Write } from '../ports/store.ts'
import { supersededObjectName, supersededPrefixOf } from '../records/names.ts'
import type { Records } from '../records/records.ts'

const { zone: _zone, ...kept } = supersededObject.shape

const record = z.strictObject({ format: z.literal('holdfast superseded object v1'), ...kept })

type Held = {
  readonly indexed: (id: ObjectId) => { readonly epoch: number } | undefined
  readonly read: (id: ObjectId) => Promise<StateEntry | undefined>
}

/**
 * Adds what `next` leaves behind in the very transaction that takes it; how many changes that is.
 * Of one object the last is kept.
 */
export const prepareSupersededObject = async (
  { records, objects }: { readonly records: Records; readonly objects: Held },
  next: StateEntry,
  into: { readonly conditions: Condition[]; readonly writes: Write[] },
): Promise<0 | 1> => {
  if ((objects.indexed(next.object)?.epoch ?? next.epoch) >= next.epoch) return 0
  const held = await objects.read(next.object)
  const lost = held && leftBehind(held, next)
  if (lost === undefined) return 0
  const name = supersededObjectName(next.wallet, next.object)
  const found = await records.read(name)
  const change = {
    format: 'holdfast superseded object v1',
    object: next.object,
    epoch: lost.epoch,
    version: lost.version,
    at: formatTimestamp(lost.atMs),
    by: { epoch: next.epoch, version: next.version },
  }
  const version = { epoch: 1, version: (found?.version.version ?? 0) + 1 }
  into.conditions.push({ key: name, revision: found?.revision ?? 'absent' })
  into.writes.push(records.put(name, version, toCbor(change)))
  return 1
}

/** In the order of the objects' ids. */
export const supersededHere = async (
  { records, zone }: { readonly records: Records; readonly zone: ZoneId },
  wallet: WalletId,
): Promise<SupersededObject[]> => {
  const prefix = supersededPrefixOf(wallet)
  const names = await records.names(prefix, { limit: supersededObjectsMax })
  const found: SupersededObject[] = []
  for (const name of names) {
    const held = await records.read(name)
    if (held === undefined) continue
    const { format: _format, ...change } = parseCbor(record, held.payload)
    found.push({ ...change, zone })
  }
  return found
}
