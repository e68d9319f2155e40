/** Notify (KMIP 2.1 §6.2.2) of another server: taken, nothing follows from it. */
import { handler } from '../scope.ts'

export const notify = handler('Notify', () => ({}))
