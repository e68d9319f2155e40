/** `holdfast sign ethereum`: a transaction, given whole or by its fields. */
import { toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { encodeFeeMarketTransaction } from '@holdfast/sdk'
import { Command } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import { hexBytes, integer, readValue } from '../input.ts'
import { selectAccount } from '../select-account.ts'
import { showSignature, waitWords } from '../sign-text.ts'

type Options = ClientOptions & {
  readonly account?: string
  readonly to?: string
  readonly value: string
  readonly chainId?: string
  readonly nonce?: string
  readonly gas: string
  readonly maxFee: string
  readonly priorityFee: string
  readonly data?: string
  readonly wait?: true
}

const fromFields = (options: Options): string => {
  const { to, chainId, nonce, data } = options
  if (chainId === undefined || nonce === undefined) {
    return fail('invalid_field', 'give a transaction, or --chain-id, --nonce, --to and --value')
  }
  const unsigned = encodeFeeMarketTransaction({
    chainId: integer(chainId, 'chain-id'),
    nonce: integer(nonce, 'nonce'),
    maxPriorityFeePerGas: integer(options.priorityFee, 'priority-fee'),
    maxFeePerGas: integer(options.maxFee, 'max-fee'),
    gas: integer(options.gas, 'gas'),
    value: integer(options.value, 'value'),
    ...(to === undefined ? {} : { to }),
    ...(data === undefined ? {} : { data: hexBytes(data, 'data') }),
  })
  return toHex(unsigned)
}

const unsignedOf = async (
  given: string | undefined,
  options: Options,
  around: Surroundings,
): Promise<string> =>
  given === undefined
    ? fromFields(options)
    : toHex(hexBytes(await readValue(given, around), 'transaction'))

export const signEthereumCommand: MakeCommand = (around) =>
  withClientOptions(new Command('ethereum'))
    .description('sign an Ethereum transaction; prints it as eth_sendRawTransaction takes it')
    .argument('<wallet>', 'id, wal_…')
    .argument('[transaction]', 'unsigned, hexadecimal; @file; - for stdin')
    .option('--account <id or address>', "default: the wallet's first on Ethereum")
    .option('--to <address>', 'recipient')
    .option('--value <wei>', 'amount', '0')
    .option('--chain-id <number>', 'chain')
    .option('--nonce <number>', 'nonce of the account')
    .option('--gas <number>', 'gas limit', '21000')
    .option('--max-fee <wei>', 'most per gas', '30000000000')
    .option('--priority-fee <wei>', 'tip per gas', '1000000000')
    .option('--data <hex>', 'call data')
    .option('--wait', waitWords)
    .action(
      run(around, async (talk, id: string, given: string | undefined, options: Options) => {
        const transaction = await unsignedOf(given, options, around)
        using client = await openClient(options, around, talk)
        const { wallet, account } = await selectAccount(client, {
          wallet: id,
          chain: 'ethereum',
          ...(options.account === undefined ? {} : { account: options.account }),
        })
        const payload = { kind: 'ethereum.transaction', transaction } as const
        const of = { wallet, account: account.id, wait: options.wait === true }
        showSignature(talk, await client.sign(of, payload))
      }),
    )
