/** A wallet in words. */
import { backupStateOf, type WalletAnswer } from '@holdfast/sdk'
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
