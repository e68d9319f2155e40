/** Ping (KMIP 2.1 §6.1.36). */
import { handler } from '../scope.ts'

export const ping = handler('Ping', () => ({}))
