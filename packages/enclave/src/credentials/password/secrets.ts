/**
 * The secrets behind a wallet's passwords, computed from an object that every zone of the placement
 * holds and nobody else: an OPAQUE setup for each credential, and for each name that has none.
 */
import { concat, utf8 } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CoreContext } from '../../core/context.ts'
import { objectName } from '../../records/names.ts'
import type { WalletEntry } from '../../wallets/wallet-entry.ts'

export type PasswordSecrets = {
  readonly setup: string
  /** Seed of the Ed25519 key that signs tickets. The caller clears it. */
  readonly ticketSeed: Uint8Array
}

const setupBytes = 96

/** `name`: the credential's own random name, or what stands for one that is unknown. */
export const passwordSecrets = async (
  { records, crypto }: Pick<CoreContext, 'records' | 'crypto'>,
  { wallet }: WalletEntry,
  name: string,
): Promise<Result<PasswordSecrets>> => {
  const [key] = wallet.keys
  if (key === undefined) return refuse('unsupported', 'a wallet without keys has no passwords')
  const record = await records.read(objectName(key.id))
  if (record === undefined)
    return refuse('store_failed', 'an object of a wallet is missing', key.id)
  // The record has 16 random bytes besides the key, so that this says nothing of the key.
  const root = crypto.hkdfSha256({
    key: record.payload,
    salt: utf8('holdfast passwords v1'),
    info: utf8(wallet.id),
    length: 32,
  })
  record.payload.fill(0)
  const derive = (purpose: string, length: number): Uint8Array =>
    crypto.hkdfSha256({
      key: root,
      salt: utf8(`holdfast password ${purpose} v1`),
      info: concat(utf8(name)),
      length,
    })
  const secret = derive('setup', setupBytes)
  const setup = crypto.opaque.setup(secret)
  const ticketSeed = derive('tickets', 32)
  secret.fill(0)
  root.fill(0)
  return accept({ setup, ticketSeed })
}
