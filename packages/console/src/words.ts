/** What the page says of an enclave, a wallet and a signature. */
import { type Enclave, type SignAnswer, tcbText, type WalletAnswer } from '@holdfast/sdk'

type Lines = readonly (readonly [string, string])[]

export const verdictLines = ({ verdict }: Enclave): Lines => [
  ['evidence', `${verdict.simulated ? 'SIMULATED' : verdict.quote.platform}, verified here`],
  ['zone', `${verdict.zone.id} (${verdict.zone.name}), level ${verdict.zone.level}`],
  ['measurement', verdict.measurement],
  ['TCB', tcbText(verdict.quote)],
  ['manifest', `serial ${verdict.manifestSerial}`],
]

export const walletLines = ({ wallet, durability }: WalletAnswer): Lines => [
  ['wallet', wallet.id],
  ...wallet.accounts.map(({ chain, address }) => [chain, address] as const),
  ['home', wallet.home],
  ['held by', durability.confirmed.join(', ')],
]

/** What an order gives or wants is a list of amounts. */
const valueText = (
  value: string | readonly { readonly asset: string; readonly amount: string }[],
): string =>
  typeof value === 'string'
    ? value
    : value.map(({ asset, amount }) => `${amount} ${asset}`).join(' and ')

export const signedLines = ({ signed, decoded, receipt }: SignAnswer): Lines => [
  ...decoded.effects.map(
    ({ type, ...rest }) =>
      [
        type,
        Object.entries(rest)
          .map(([name, value]) => `${name} ${valueText(value)}`)
          .join(', '),
      ] as const,
  ),
  ['rule', receipt.rule],
  ['signed in', receipt.node.zone],
  ...(signed.kind === 'ethereum.transaction'
    ? [['hash', `0x${signed.hash}`] as const, ['transaction', `0x${signed.transaction}`] as const]
    : []),
]
