/** Begins the chain of this boot: its first entry continues what earlier boots of the zone left. */

import type { NodeName } from '@holdfast/base/answers'
import type { AuditHead } from '@holdfast/base/audit'
import { BootId } from '@holdfast/base/ids'
import { formatTimestamp } from '@holdfast/base/time'
import type { Clock } from '../ports/clock.ts'
import { logHeadName, logHeadPrefix } from '../records/names.ts'
import type { Records } from '../records/records.ts'
import type { AuditLog } from './audit-log.ts'
import { decodeHead, encodeHead } from './audit-records.ts'

type Context = {
  readonly audit: AuditLog
  readonly records: Records
  readonly clock: Clock
  readonly self: NodeName
  /** Nodes of the zone that write chains of their own now. */
  readonly live: readonly BootId[]
}

/** Chains of the zone that no later one names, and that nobody writes any more. */
const takeLoose = async ({ records, live }: Context): Promise<readonly AuditHead[]> => {
  const loose: AuditHead[] = []
  for await (const record of records.scan(logHeadPrefix)) {
    const head = decodeHead(record.payload)
    if (head.continued === true) continue
    const boot = BootId(record.name.slice(logHeadPrefix.length))
    if (!live.includes(boot)) loose.push({ boot, index: head.index, hash: head.hash })
  }
  return loose
}

/** Named chains are marked; what fails here is named again by the next boot. */
const markContinued = async ({ records }: Context, heads: readonly AuditHead[]): Promise<void> => {
  for (const { boot, index, hash } of heads) {
    const name = logHeadName(boot)
    const held = await records.read(name)
    if (held === undefined || decodeHead(held.payload).index !== index) continue
    await records.commit({
      conditions: [{ key: name, revision: held.revision }],
      writes: [records.put(name, held.version, encodeHead({ index, hash, continued: true }))],
    })
  }
}

/** Reads `log-head/`; refuses `store_failed`. */
export const beginAuditLog = async (context: Context): Promise<void> => {
  const continues = await takeLoose(context)
  context.audit.note({
    type: 'opened',
    at: formatTimestamp(context.clock.nowMs()),
    zone: context.self.zone,
    measurement: context.self.measurement,
    continues: [...continues],
  })
  const stored = await context.audit.flush()
  if (stored.ok) await markContinued(context, continues)
}
