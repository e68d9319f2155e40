/** Whether what a zone does not hold is not merely something that it has yet to hear of. */
import type { CoreContext } from '../core/context.ts'

/** After a boot: once it has been told what so many others remember that none can be left out. */
export const knowsAll = ({ bootRule, zones }: Pick<CoreContext, 'bootRule' | 'zones'>): boolean =>
  bootRule.check({ zones: zones.map(({ id }) => id) }).ok
