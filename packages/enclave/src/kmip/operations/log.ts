/** Log (KMIP 2.1 §6.1.29): accepted; text of a client is never written to the node's log. */
import { handler } from '../scope.ts'

export const log = handler('Log', () => ({}))
