/** Asks whether the server is there (KMIP 2.1 §6.1.36). */
import { operation } from './operation.ts'

export const ping = operation('Ping', { since: '2.1' }, {}, {})
