/** `holdfast sign message | typed-data | bitcoin | solana`: payloads that come whole. */
import { toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import type { Chain } from '@holdfast/base/chain'
import { parseStrictJson } from '@holdfast/base/json'
import { type SignPayload, signPayload } from '@holdfast/base/requests/sign'
import { parseValue } from '@holdfast/base/schema'
import { Command, Option } from 'commander'
import { type ClientOptions, openClient, withClientOptions } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import { base64Bytes, readValue } from '../input.ts'
import { selectAccount } from '../select-account.ts'
import { showSignature, waitWords } from '../sign-text.ts'

type Options = ClientOptions & {
  readonly account?: string
  readonly chain?: Chain
  readonly wait?: true
}

type Definition = {
  readonly name: string
  readonly description: string
  readonly argument: string
  readonly chain: Chain
  readonly chains?: readonly Chain[]
  payload(text: string, chain: Chain): SignPayload
}

const definitions: readonly Definition[] = [
  {
    name: 'message',
    description: 'sign words: personal_sign on Ethereum, an off-chain message on Solana',
    argument: 'the words; @file; - for stdin',
    chain: 'ethereum',
    chains: ['ethereum', 'solana'],
    payload: (text, chain) =>
      chain === 'solana'
        ? { kind: 'solana.off-chain', message: toBase64Url(utf8(text)) }
        : { kind: 'ethereum.message', message: toHex(utf8(text)) },
  },
  {
    name: 'typed-data',
    description: 'sign EIP-712 typed data',
    argument: 'JSON with types, primaryType, domain and message; @file; - for stdin',
    chain: 'ethereum',
    payload: (text) => {
      const typedData = parseStrictJson(utf8(text))
      return parseValue(signPayload, { kind: 'ethereum.typed-data', typedData })
    },
  },
  {
    name: 'bitcoin',
    description: 'sign a PSBT; prints the final transaction where it is complete, else the PSBT',
    argument: 'PSBT in base64; @file; - for stdin',
    chain: 'bitcoin',
    payload: (text) => ({ kind: 'bitcoin.psbt', psbt: toBase64Url(base64Bytes(text, 'psbt')) }),
  },
  {
    name: 'solana',
    description: 'sign a Solana message, legacy or versioned',
    argument: 'serialised message in base64; @file; - for stdin',
    chain: 'solana',
    payload: (text) => ({
      kind: 'solana.message',
      message: toBase64Url(base64Bytes(text, 'message')),
    }),
  },
]

const makeCommand = (definition: Definition, around: Surroundings): Command => {
  const { chains } = definition
  const command = withClientOptions(new Command(definition.name))
    .description(definition.description)
    .argument('<wallet>', 'id, wal_…')
    .argument('<payload>', definition.argument)
    .option('--account <id or address>', "default: the wallet's first on that chain")
    .option('--wait', waitWords)
  if (chains !== undefined) {
    command.addOption(new Option('--chain <chain>', 'which account').choices(chains))
  }
  return command.action(
    run(around, async (talk, id: string, given: string, options: Options) => {
      const chain = options.chain ?? definition.chain
      const payload = definition.payload(await readValue(given, around), chain)
      using client = await openClient(options, around, talk)
      const { wallet, account } = await selectAccount(client, {
        wallet: id,
        chain,
        ...(options.account === undefined ? {} : { account: options.account }),
      })
      const of = { wallet, account: account.id, wait: options.wait === true }
      showSignature(talk, await client.sign(of, payload))
    }),
  )
}

export const signOtherCommands: readonly MakeCommand[] = definitions.map(
  (definition) => (around) => makeCommand(definition, around),
)
