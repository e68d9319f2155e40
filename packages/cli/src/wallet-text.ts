/** A wallet in words. */
import { backupStateOf, type Exposure, type WalletAnswer } from '@holdfast/sdk'
import { table } from './table.ts'

export const walletText = ({ wallet, durability, node, relayedBy }: WalletAnswer): string => {
  const accounts = wallet.accounts.map(({ chain, address, network, path, id }) => [
    `  ${network === undefined ? chain : `${chain} ${network}`}`,
    address,
    path ?? '',
    id,
  ])
  const missing =
    durability.missing.length === 0 ? '' : `; not yet ${durability.missing.join(', ')}`
  const by = relayedBy === undefined ? '' : `, by ${relayedBy.zone}`
  return [
    `${wallet.id}  ${wallet.name}`,
    `  held by      ${durability.confirmed.join(', ')}${missing}`,
    `  may be in    ${wallet.placement.zones.join(', ')}; home ${wallet.home}`,
    `  version      ${wallet.epoch}.${wallet.version} (policy ${wallet.policyVersion})`,
    `  keys         ${wallet.keys.map(({ name, kind, id }) => `${name} ${kind} ${id}`).join('; ')}`,
    `  backup       ${backupStateOf(wallet)}`,
    `  answered by  ${node.zone}${by}`,
    table(accounts),
  ].join('\n')
}

/** Where something is in force, and where not yet. */
export const exposureText = ({ inForce, open }: Exposure): string =>
  [
    `  in force in  ${inForce.join(', ')}`,
    ...open.map(({ zone, until }) =>
      until === undefined
        ? `  NOT in ${zone}, which may sign until it is reached`
        : `  NOT in ${zone}, which may sign until ${until}`,
    ),
  ].join('\n')

/** A wallet after a revocation, and where that is in force; nowhere where it only waits. */
export const revokedText = (answer: WalletAnswer): string =>
  [
    walletText(answer),
    answer.exposure === undefined ? '  waits for owners' : exposureText(answer.exposure),
  ].join('\n')
