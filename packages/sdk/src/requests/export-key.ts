/** Builds `key.export` and `export.fetch`, and opens what comes back. */
import {
  type ExportAnswer,
  exportAnswer,
  type WalletAnswer,
  walletAnswer,
} from '@holdfast/base/answers'
import { exportInfo } from '@holdfast/base/backup/exported-key'
import { type ExportedKey, exportedKey } from '@holdfast/base/backup/vault'
import { fromBase64Url } from '@holdfast/base/bytes'
import { openHpke } from '@holdfast/base/hpke'
import type { MeshId, ObjectId, WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import { parseSecretMap } from '@holdfast/base/secret-map'
import type { GuardianKey } from '../backup/guardian-key.ts'
import { primitives } from '../crypto/primitives.ts'
import { valueOf } from '../problem.ts'
import { type Header, mustMatch, observing, type Prepared, prepare } from './prepared.ts'

export type ExportKey = {
  readonly wallet: WalletId
  readonly key: ObjectId
  /** Public key of `generateGuardianKey`: what is exported is sealed to it alone. */
  readonly recipient: string
  /** Where owners are missing, it waits for them; the refusal `waiting` names it. */
  readonly wait?: boolean
}

export type FetchExport = {
  readonly wallet: WalletId
  /** `request` of the wallet's `exports`. */
  readonly export: string
}

/** `base` is the version that the change builds on; another answers `conflict`. */
export const exportKey = (
  { wallet, key, recipient, wait = false }: ExportKey,
  { header, base }: { readonly header: Header; readonly base: Seen },
): Prepared<WalletAnswer> =>
  prepare(
    {
      operation: 'key.export',
      ...header,
      ...(wait && { wait }),
      wallet,
      base,
      key,
      recipient,
    },
    walletAnswer,
    observing(wallet),
  )

export const fetchExport = (
  of: FetchExport,
  { header, seen }: { readonly header: Header; readonly seen?: Seen },
): Prepared<ExportAnswer> =>
  prepare(
    {
      operation: 'export.fetch',
      ...header,
      wallet: of.wallet,
      export: of.export,
      ...(seen === undefined ? {} : { seen }),
    },
    exportAnswer,
    (answer) => {
      mustMatch(`${answer.wallet} ${answer.export.request}`, `${of.wallet} ${of.export}`)
      return undefined
    },
  )

/** The caller clears the secret. Refuses `bad_seal` where it is sealed to another key. */
export const openExport = (
  answer: ExportAnswer,
  { mesh, recipient }: { readonly mesh: MeshId; readonly recipient: GuardianKey },
): ExportedKey => {
  const opened = recipient.secret.use((recipientPrivateKey) =>
    valueOf(
      openHpke({
        primitives,
        recipientPrivateKey,
        sealed: {
          encapsulation: fromBase64Url(answer.encapsulation),
          ciphertext: fromBase64Url(answer.ciphertext),
        },
        info: exportInfo({ mesh, wallet: answer.wallet, request: answer.export.request }),
      }),
    ),
  )
  return parseSecretMap(exportedKey, opened)
}
