/** Every command of `holdfast`, by name. */
import { Command } from 'commander'
import type { MakeCommand, Surroundings } from './command.ts'
import { accountAddCommand } from './commands/account-add.ts'
import {
  approvalsApproveCommand,
  approvalsListCommand,
  approvalsRejectCommand,
  approvalsShowCommand,
} from './commands/approvals.ts'
import { auditShowCommand, auditVerifyCommand } from './commands/audit.ts'
import { backupMakeCommand, backupProveCommand, backupShowCommand } from './commands/backup.ts'
import { changePasswordCommand } from './commands/change-password.ts'
import { coldStartCommands } from './commands/cold-start.ts'
import {
  credentialAddCommand,
  credentialListCommand,
  credentialRemoveCommand,
} from './commands/credential.ts'
import { doctorCommand } from './commands/doctor.ts'
import { exportFetchCommand, exportRequestCommand } from './commands/export.ts'
import { freezeCommand, unfreezeCommand } from './commands/freeze.ts'
import {
  guardianKeyCommand,
  guardianOpenCommand,
  guardianSealCommand,
} from './commands/guardian.ts'
import { homeCommands } from './commands/home.ts'
import { initCommand } from './commands/init.ts'
import { kmipEnrollCommand } from './commands/kmip-enroll.ts'
import { kmipSupersededCommand } from './commands/kmip-superseded.ts'
import { loginCommand } from './commands/login.ts'
import { manifestCommands } from './commands/manifest.ts'
import { nodeCommand } from './commands/node.ts'
import { nodesCommand } from './commands/nodes.ts'
import {
  placementChangeCommand,
  placementGiveUpCommand,
  placementShowCommand,
} from './commands/placement.ts'
import {
  policyCancelCommand,
  policyChangeCommand,
  policyExplainCommand,
  policyLintCommand,
  policyShowCommand,
  policyTemplateCommand,
} from './commands/policy.ts'
import { policyDryRunCommand } from './commands/policy-dry-run.ts'
import { policyMethodCommand } from './commands/policy-method.ts'
import { quickstartCommand } from './commands/quickstart.ts'
import { recoverCommand } from './commands/recover.ts'
import {
  recoveryKeyCommand,
  recoveryProveCommand,
  recoveryRequestCommand,
} from './commands/recovery.ts'
import { signEthereumCommand } from './commands/sign-ethereum.ts'
import { signOtherCommands } from './commands/sign-other.ts'
import { startCommand } from './commands/start.ts'
import { trustCommand } from './commands/trust.ts'
import { verifyCommand } from './commands/verify.ts'
import { verifyReleaseCommand } from './commands/verify-release.ts'
import { walletCancelCommand } from './commands/wallet-cancel.ts'
import { walletCreateCommand } from './commands/wallet-create.ts'
import { walletImportCommand } from './commands/wallet-import.ts'
import { walletLimitsCommand } from './commands/wallet-limits.ts'
import { walletListCommand } from './commands/wallet-list.ts'
import { walletOutcomeCommand } from './commands/wallet-outcome.ts'
import { walletShowCommand } from './commands/wallet-show.ts'

const group =
  (name: string, description: string, members: readonly MakeCommand[]): MakeCommand =>
  (around) => {
    const command = new Command(name).description(description)
    for (const make of members) command.addCommand(make(around))
    return command
  }

const commands: readonly MakeCommand[] = [
  startCommand,
  initCommand,
  nodeCommand,
  quickstartCommand,
  doctorCommand,
  verifyCommand,
  verifyReleaseCommand,
  trustCommand,
  nodesCommand,
  group('mesh', 'the mesh as a whole', [
    group('cold-start', 'let a mesh serve of which every node has ended', coldStartCommands),
  ]),
  group('manifest', 'what the mesh trusts, and how governors change it', manifestCommands),
  group('home', 'which zone orders changes: governors move it, and give up zones', homeCommands),
  group('wallet', 'make, import and look at wallets', [
    walletCreateCommand,
    walletImportCommand,
    walletListCommand,
    walletShowCommand,
    walletLimitsCommand,
    walletOutcomeCommand,
    walletCancelCommand,
  ]),
  group('placement', 'which zones hold a wallet', [
    placementShowCommand,
    placementChangeCommand,
    placementGiveUpCommand,
  ]),
  group('account', 'addresses of a wallet', [accountAddCommand]),
  group('credential', 'who may act for a wallet', [
    credentialAddCommand,
    credentialListCommand,
    credentialRemoveCommand,
    changePasswordCommand,
  ]),
  loginCommand,
  group('audit', 'the log of decisions', [auditShowCommand, auditVerifyCommand]),
  group('backup', 'shares of the keys of a wallet', [
    backupMakeCommand,
    backupShowCommand,
    backupProveCommand,
  ]),
  group('guardian', 'keep a share of a backup', [
    guardianKeyCommand,
    guardianOpenCommand,
    guardianSealCommand,
  ]),
  recoverCommand,
  group('export', 'let a key leave, sealed to one recipient', [
    exportRequestCommand,
    exportFetchCommand,
  ]),
  group('recovery', 'new credentials for an owner who lost his', [
    recoveryKeyCommand,
    recoveryRequestCommand,
    recoveryProveCommand,
  ]),
  group('policy', 'the rules of a wallet: read, check, try and change them', [
    policyShowCommand,
    policyExplainCommand,
    policyLintCommand,
    policyDryRunCommand,
    policyMethodCommand,
    policyTemplateCommand,
    policyChangeCommand,
    policyCancelCommand,
  ]),
  group('approvals', 'requests that wait for persons', [
    approvalsListCommand,
    approvalsShowCommand,
    approvalsApproveCommand,
    approvalsRejectCommand,
  ]),
  freezeCommand,
  unfreezeCommand,
  group('kmip', 'clients that speak KMIP', [kmipEnrollCommand, kmipSupersededCommand]),
  group('sign', 'sign transactions and messages', [signEthereumCommand, ...signOtherCommands]),
]

/** `--json` stands before or behind the command. */
const withJson = (command: Command): void => {
  command.option('--json', 'write results as JSON')
  for (const member of command.commands) withJson(member)
}

export const program = (around: Surroundings): Command => {
  const root = new Command('holdfast').description(
    'wallet keys in attested enclaves, copied among zones, used where you are',
  )
  for (const make of commands) root.addCommand(make(around))
  withJson(root)
  return root
}
