/** The operations of getting out and getting back: backups, exports, recovery. */
import type { WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import type { Client, RequestOptions } from './client.ts'
import type { rebasing } from './rebase.ts'
import { backUpWallet, proveBackup } from './requests/backup.ts'
import { exportKey, fetchExport } from './requests/export-key.ts'
import type { Header, Prepared } from './requests/prepared.ts'
import { recoverCredentials } from './requests/recover-credentials.ts'

type Context = {
  readonly send: <Answer>(prepared: Prepared<Answer>, request?: RequestOptions) => Promise<Answer>
  readonly change: ReturnType<typeof rebasing>
  readonly header: () => Header
  readonly seenOf: (wallet: WalletId) => { readonly seen?: Seen }
}

export type Custody = Pick<
  Client,
  'backUpWallet' | 'exportKey' | 'fetchExport' | 'proveBackup' | 'recoverCredentials'
>

export const custody = ({ send, change, header, seenOf }: Context): Custody => ({
  backUpWallet: change(backUpWallet),
  proveBackup: change(proveBackup),
  exportKey: change(exportKey),
  fetchExport: (named, request) =>
    send(fetchExport(named, { header: header(), ...seenOf(named.wallet) }), request),
  recoverCredentials: change(recoverCredentials),
})
