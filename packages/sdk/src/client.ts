/** The client of one mesh: verifies its enclaves, makes wallets in it, and signs by them. */

import type { VerifiedManifest } from '@holdfast/attestation'
import type {
  ApprovalAnswer,
  ApprovalListAnswer,
  AuditAnswer,
  CancelAnswer,
  DryRunAnswer,
  ExportAnswer,
  LimitsAnswer,
  MarkAnswer,
  NodeStatus,
  OutcomeAnswer,
  Receipt,
  SignAnswer,
  SupersededObjectsAnswer,
  WalletAnswer,
  WalletListAnswer,
} from '@holdfast/base/answers'
import type { HomeReport } from '@holdfast/base/home-statement'
import type { MeshId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { SignPayload } from '@holdfast/base/requests/sign'
import type { AuditReport } from './audit/verify-audit.ts'
import type { Signer } from './credentials.ts'
import type { ImportWallet } from './import-wallet.ts'
import type { ChangePassword } from './passwords/change-password.ts'
import type { Password, PasswordOf } from './passwords/password.ts'
import type { AddPassword, PasswordAnswer } from './passwords/password-operations.ts'
import type { AddAccounts } from './requests/add-accounts.ts'
import type { Waiting } from './requests/approvals.ts'
import type { ShowAudit } from './requests/audit.ts'
import type { BackUpWallet, ProveBackup } from './requests/backup.ts'
import type { AddCredentials, RemoveCredential } from './requests/change-credentials.ts'
import type { ChangePlacement, GiveUpZone } from './requests/change-placement.ts'
import type { ChangePolicy, Unfreeze } from './requests/change-policy.ts'
import type { CreateWallet } from './requests/create-wallet.ts'
import type { ExportKey, FetchExport } from './requests/export-key.ts'
import type { Prepared } from './requests/prepared.ts'
import type { AskOutcome, ListWallets } from './requests/read.ts'
import type { RecoverCredentials } from './requests/recover-credentials.ts'
import type { Signatory } from './requests/sign.ts'
import type { Enclave } from './trust.ts'
import type { VerificationError } from './verification-error.ts'
import type { ZoneTrust } from './zone-trust.ts'

export type RequestOptions = {
  /** How long the same bytes are repeated before the last refusal is thrown. */
  readonly timeoutMs?: number
}

/**
 * Every method throws a `RefusalError` whose `refusal.code` is in the table of errors, or a
 * `VerificationError` where no node can be trusted.
 */
export type Client = {
  readonly mesh: MeshId
  /** Of the evidence: true where the mesh is SIMULATED, which protects nothing. */
  readonly simulated: boolean
  readonly manifest: VerifiedManifest
  /** The enclave that the client speaks to now; verified again after a while. */
  enclave(): Promise<Enclave>
  /** Fresh verification of the enclaves of a zone, of a wallet's holder, or of the node itself. */
  verify(target?: { readonly zone?: ZoneId; readonly wallet?: WalletId }): Promise<Enclave>
  /** What each node says of itself; undefined where it does not answer. */
  nodes(): Promise<readonly { readonly node: string; readonly status: NodeStatus | undefined }[]>
  /** Nodes that were refused when the client connected, and why. */
  readonly distrusted: readonly VerificationError[]
  createWallet(options: CreateWallet, request?: RequestOptions): Promise<WalletAnswer>
  importWallet(options: ImportWallet, request?: RequestOptions): Promise<WalletAnswer>
  showWallet(wallet: WalletId, request?: RequestOptions): Promise<WalletAnswer>
  /** What is left of the policy's limits in the windows that are open, by zone. */
  showLimits(wallet: WalletId, request?: RequestOptions): Promise<LimitsAnswer>
  /** What became of a change, by the hash of its request: also of one that answered `pending`. */
  outcome(asked: AskOutcome, request?: RequestOptions): Promise<OutcomeAnswer>
  /** Changes over KMIP that another home left behind: of each object the last, by zone. */
  supersededObjects(wallet: WalletId, request?: RequestOptions): Promise<SupersededObjectsAnswer>
  listWallets(options?: ListWallets, request?: RequestOptions): Promise<WalletListAnswer>
  addAccounts(options: AddAccounts, request?: RequestOptions): Promise<WalletAnswer>
  /** Further credentials of a wallet; API keys among them must be given in `enrol` too. */
  addCredentials(options: AddCredentials, request?: RequestOptions): Promise<WalletAnswer>
  /** A password of a person; rules see it as the kind `password`. */
  addPassword(options: AddPassword, request?: RequestOptions): Promise<PasswordAnswer>
  /**
   * Another password in place of the one that the person knows, at once and with another request
   * key; logins by the old one end where the answer says. The client's credentials prove nothing.
   */
  changePassword(options: ChangePassword, request?: RequestOptions): Promise<PasswordAnswer>
  /** The signer of a person who knows his password, for an hour. Connect with it to sign. */
  login(
    options: PasswordOf & { readonly device?: string },
    request?: RequestOptions,
  ): Promise<Password>
  /** Gives a locked password its guesses back; this client's credentials decide. */
  unlockPassword(options: RemoveCredential, request?: RequestOptions): Promise<void>
  /** Revokes: at the wallet's home at once, in other zones as the answer's durability says. */
  removeCredential(options: RemoveCredential, request?: RequestOptions): Promise<WalletAnswer>
  /** Shares of all keys for guardians; the answer's wallet carries them, sealed (`openShare`). */
  backUpWallet(options: BackUpWallet, request?: RequestOptions): Promise<WalletAnswer>
  /** Shows the home's enclave that guardians can restore the wallet, and nobody else. */
  proveBackup(options: ProveBackup, request?: RequestOptions): Promise<WalletAnswer>
  /** Owners let a key's secret out, sealed to one recipient, after the policy's delay. */
  exportKey(options: ExportKey, request?: RequestOptions): Promise<WalletAnswer>
  /** What was granted; `openExport` opens it with the recipient's key. */
  fetchExport(named: FetchExport, request?: RequestOptions): Promise<ExportAnswer>
  /** Guardians give an owner new credentials, after the recovery's delay. */
  recoverCredentials(options: RecoverCredentials, request?: RequestOptions): Promise<WalletAnswer>
  /** A page of a zone's log of decisions. */
  showAudit(options: ShowAudit, request?: RequestOptions): Promise<AuditAnswer>
  /** Walks the logs of all zones of a wallet, and compares them with each other and receipts. */
  verifyAudit(
    options: { readonly wallet: WalletId; readonly receipts?: readonly Receipt[] },
    request?: RequestOptions,
  ): Promise<AuditReport>
  /**
   * Another policy: in force at once where it only tightens, else after the delay of the policy's
   * terms, in `wallet.pending`. Throws `quorum_not_met`, or `waiting` where it waits for owners.
   */
  changePolicy(options: ChangePolicy, request?: RequestOptions): Promise<WalletAnswer>
  /**
   * Other zones hold the wallet, after the delay of the policy's terms. The answer says `pending`
   * while zones have yet to hold it or, where they leave, to erase it; `showWallet` says when all
   * did. Throws `unreachable` where too few of the new zones could agree.
   */
  changePlacement(options: ChangePlacement, request?: RequestOptions): Promise<WalletAnswer>
  /**
   * A wallet in two zones goes on with one, until the other, which is not heard, is back; by the
   * owners' quorum, at once. What the other had not told is lost, and reported (`outcome`).
   */
  giveUpZone(options: GiveUpZone, request?: RequestOptions): Promise<WalletAnswer>
  /** Any owner, at once; the answer says where it is in force and what exposure remains. */
  freezeWallet(wallet: WalletId, request?: RequestOptions): Promise<MarkAnswer>
  unfreezeWallet(options: Unfreeze, request?: RequestOptions): Promise<WalletAnswer>
  /** Any owner, at any zone, while the change waits; `final` once a majority has recorded it. */
  cancelChange(
    named: { readonly wallet: WalletId; readonly change: string },
    request?: RequestOptions,
  ): Promise<MarkAnswer>
  /**
   * Owners end a creation that its home has handed to no other zone; it is `final` once a majority
   * of the zones has recorded that. Else it is refused (`conflict`), and will be completed.
   */
  cancelWallet(wallet: WalletId, request?: RequestOptions): Promise<CancelAnswer>
  /** What waits for persons, or did of late. */
  approvals(wallet: WalletId, request?: RequestOptions): Promise<ApprovalListAnswer>
  /** One of them: what would be signed, who is needed, who has spoken, what became of it. */
  approval(waiting: Waiting, request?: RequestOptions): Promise<ApprovalAnswer>
  /** The client's credentials approve the very bytes that wait, checked against their hash. */
  approve(waiting: Waiting, request?: RequestOptions): Promise<ApprovalAnswer>
  reject(waiting: Waiting, request?: RequestOptions): Promise<ApprovalAnswer>
  /** What the policy says of a signature now, with the rule; nothing is signed. */
  dryRun(
    signatory: Signatory,
    payload: SignPayload,
    request?: RequestOptions,
  ): Promise<DryRunAnswer>
  /**
   * Gives governors' signed statement on homes to the first node that answers, which tells the
   * other zones: what was taken over, and what goes on by itself.
   */
  applyHomes(signed: Uint8Array): Promise<HomeReport>
  /** The CA of a zone for programs that cannot verify evidence, verified afresh (`zoneTrust`). */
  zoneTrust(zone?: ZoneId): Promise<ZoneTrust>
  sign(signatory: Signatory, payload: SignPayload, request?: RequestOptions): Promise<SignAnswer>
  /** The bytes of a request, to be kept and repeated; `send` continues what they began. */
  readonly prepare: {
    createWallet(options: CreateWallet): Promise<Prepared<WalletAnswer>>
    sign(signatory: Signatory, payload: SignPayload): Prepared<SignAnswer>
  }
  send<Answer>(prepared: Prepared<Answer>, request?: RequestOptions): Promise<Answer>
  readonly credentials: readonly Signer[]
  close(): void
}
