/** Deletes what a zone was owed, once it has acknowledged that version or a newer one. */
import type { ZoneId } from '@holdfast/base/ids'
import type { Write } from '../../ports/store.ts'
import { outName, type RecordName } from '../../records/names.ts'
import type { RecordVersion } from '../../records/record-seal.ts'
import type { Records } from '../../records/records.ts'
import { isNewer } from '../../wallets/wallet-entry.ts'

type Strike = {
  readonly zone: ZoneId
  readonly record: RecordName
  readonly held: RecordVersion
  /** Written with it where there is an entry. */
  readonly also?: readonly Write[]
}

/** A newer entry that comes meanwhile has another revision and stays. */
export const strikeOut = async (
  records: Records,
  { zone, record, held, also = [] }: Strike,
): Promise<boolean> => {
  const name = outName(zone, record)
  const owed = await records.read(name)
  if (owed === undefined || isNewer(owed.version, held)) return false
  const struck = await records.commit({
    conditions: [{ key: name, revision: owed.revision }],
    writes: [{ type: 'delete', key: name }, ...also],
  })
  return struck.ok
}
