/**
 * The Holdfast client. It verifies the mesh and its enclaves before anything leaves it, proves
 * requests with credentials, and asks the next node when one does not answer.
 */
export {
  type Difference,
  tcbText,
  type UpcomingMeasurement,
  upcomingMeasurements,
  type Verdict,
  type VerifiedManifest,
} from '@holdfast/attestation'
export type {
  ApprovalAnswer,
  ApprovalListAnswer,
  CancelAnswer,
  DryRunAnswer,
  Exposure,
  LimitsAnswer,
  MarkAnswer,
  NodeStatus,
  OutcomeAnswer,
  Receipt,
  SignAnswer,
  Signed,
  SupersededObjectsAnswer,
  WalletAnswer,
  WalletListAnswer,
} from '@holdfast/base/answers'
export {
  type BackupState,
  backupSet,
  backupStateOf,
  type Guardian,
} from '@holdfast/base/backup/backup-set'
export type { ExportedKey, Vault } from '@holdfast/base/backup/vault'
export { type Refusal, RefusalError } from '@holdfast/base/errors'
export {
  AccountId,
  CredentialId,
  IntentId,
  MeshId,
  ObjectId,
  PersonId,
  WalletId,
  ZoneId,
} from '@holdfast/base/ids'
export type { Intent } from '@holdfast/base/intent'
export type { PlacementConstraints } from '@holdfast/base/placement'
export type { Policy, Rule } from '@holdfast/base/policy'
export type { SignPayload } from '@holdfast/base/requests/sign'
export type { KeyRequest } from '@holdfast/base/requests/wallet-create'
export type { Account, AccountRequest, Credential, Person, Wallet } from '@holdfast/base/wallet'
export type { AuditDecision, AuditProblem, AuditReport } from './audit/verify-audit.ts'
export {
  checkGuardianPublicKey,
  type GuardianKey,
  generateGuardianKey,
  guardianKeyFrom,
} from './backup/guardian-key.ts'
export { openShare, type SealedBackup, sealedBackup, sealShareTo } from './backup/open-share.ts'
export { restoreWallet } from './backup/restore.ts'
export { type GuardianShare, parseShareText, shareText } from './backup/share-text.ts'
export { applyBoots, type ExaminedBoot, examineBoots, type TakenBoot } from './boots.ts'
export type { Client, RequestOptions } from './client.ts'
export { type ChannelKind, type ConnectOptions, connect } from './connect.ts'
export {
  type ApiKey,
  type ApiKeyAlgorithm,
  apiKeyFrom,
  certificateCredentialOf,
  credentialIdOf,
  credentialOf,
  generateApiKey,
  type KeySigner,
  type Listing,
  type Signer,
} from './credentials.ts'
export {
  encodeFeeMarketTransaction,
  type FeeMarketTransaction,
  personalMessageDigest,
  recoverEthereumSigner,
  senderOfTransaction,
} from './ethereum/transaction.ts'
export {
  type ImportKey,
  type ImportSource,
  type ImportWallet,
  secretText,
} from './import-wallet.ts'
export { formatApiKey, parseApiKey } from './key-file.ts'
export { openKeystore } from './keystore.ts'
export type { Authenticators } from './passkeys/authenticators.ts'
export {
  type Passkey,
  type PasskeyKey,
  passkeyFrom,
  type RegisterPasskey,
  registerPasskey,
} from './passkeys/passkey.ts'
export type { ChangePassword } from './passwords/change-password.ts'
export { formatLogin, parseLogin } from './passwords/login-text.ts'
export type { Password, PasswordOf } from './passwords/password.ts'
export type { AddPassword, PasswordAnswer } from './passwords/password-operations.ts'
export type { AddAccounts } from './requests/add-accounts.ts'
export type { Waiting } from './requests/approvals.ts'
export type { BackUpWallet, ProveBackup } from './requests/backup.ts'
export type { AddCredentials, RemoveCredential } from './requests/change-credentials.ts'
export type { ChangePlacement, GiveUpZone } from './requests/change-placement.ts'
export type { ChangePolicy, Unfreeze } from './requests/change-policy.ts'
export type { CreateWallet, WalletOptions } from './requests/create-wallet.ts'
export { type DefaultPolicy, defaultPolicy } from './requests/default-policy.ts'
export { type ExportKey, type FetchExport, openExport } from './requests/export-key.ts'
export { newIntentId, type Prepared } from './requests/prepared.ts'
export type { ListWallets } from './requests/read.ts'
export type { RecoverCredentials } from './requests/recover-credentials.ts'
export type { Signatory } from './requests/sign.ts'
export { verifySigned } from './signatures/verify-signed.ts'
export { type Fetch, fetchTransport, type Transport } from './transport.ts'
export type { Enclave } from './trust.ts'
export { VerificationError } from './verification-error.ts'
export type { ZoneTrust } from './zone-trust.ts'
