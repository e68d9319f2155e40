/** `credential.add`: further credentials of a wallet, and the persons who hold them. */
import { z } from 'zod'
import { credentialsMax, personsMax } from '../limits.ts'
import { walletId } from '../schema.ts'
import { credential, person } from '../wallet.ts'
import { header, seen, wait } from './header.ts'

export const credentialAdd = z.strictObject({
  operation: z.literal('credential.add'),
  ...header,
  wait,
  wallet: walletId,
  /** The version that this change builds on; another answers `conflict`. */
  base: seen,
  /** Persons whom the wallet does not know yet. */
  persons: z.array(person).max(personsMax),
  /** API keys prove themselves by an authorisation with the purpose `enrol` over these bytes. */
  credentials: z.array(credential).min(1).max(credentialsMax),
})
export type CredentialAdd = z.infer<typeof credentialAdd>
