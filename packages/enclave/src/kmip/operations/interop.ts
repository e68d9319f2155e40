/** Interop (KMIP 2.1 §6.1.26): marks where a test begins and ends. */
import { handler } from '../scope.ts'

export const interop = handler('Interop', () => ({}))
