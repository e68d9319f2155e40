/** Makes a private and a public key on the server (KMIP 2.1 §6.1.9). */
import { pairAttributes, thePair } from './fields.ts'
import { operation } from './operation.ts'

export const createKeyPair = operation('CreateKeyPair', { since: '1.0' }, pairAttributes, thePair)
