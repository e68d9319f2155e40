/** What tests of whole meshes ask clients for, in few words. */
import { setTimeout as delay } from 'node:timers/promises'
import { toHex } from '@holdfast/base/bytes'
import {
  type Account,
  type AccountRequest,
  type Client,
  encodeFeeMarketTransaction,
  type KeyRequest,
  RefusalError,
  type SignPayload,
  type Wallet,
} from '@holdfast/sdk'

export const generated = (
  kind: KeyRequest['kind'],
  ...accounts: readonly AccountRequest[]
): KeyRequest => ({
  name: kind,
  kind,
  source: { type: 'generate' },
  accounts: [...accounts],
})

/** The account of a chain, and of a script where the chain is Bitcoin. */
export const accountOf = (
  wallet: Wallet,
  chain: Account['chain'],
  script?: Account['script'],
): Account => {
  const found = wallet.accounts.find(
    (account) => account.chain === chain && (script === undefined || account.script === script),
  )
  if (found === undefined) throw new Error(`the wallet has no account of ${chain}`)
  return found
}

export const receiver = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

const gas = 21_000n
const maxFeePerGas = 10n ** 10n
const value = 1n

/** What a limit of value counts for a `transfer`. */
export const transferCost = value + gas * maxFeePerGas

/** An Ethereum transfer that nobody has signed yet. */
export const transfer = (nonce = 0n): SignPayload => ({
  kind: 'ethereum.transaction',
  transaction: toHex(
    encodeFeeMarketTransaction({
      chainId: 31_337n,
      nonce,
      maxPriorityFeePerGas: 1n,
      maxFeePerGas,
      gas,
      to: receiver,
      value,
    }),
  ),
})

/** An Ethereum wallet of one key. */
export const createEthereum = async (
  client: Client,
  options: Partial<Parameters<Client['createWallet']>[0]> = {},
): Promise<Wallet> => {
  const keys = [generated('secp256k1', { chain: 'ethereum' })]
  return (await client.createWallet({ name: 'test', keys, ...options })).wallet
}

/** The code by which an attempt is refused; throws where it succeeds or fails otherwise. */
export const refusalOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code
    throw error
  }
  throw new Error('it was not refused')
}

/** Waits until no node owes another one anything. */
export const whenSettled = async (client: Client): Promise<void> => {
  const deadline = Date.now() + 20_000
  for (;;) {
    const nodes = await client.nodes()
    if (nodes.every(({ status }) => status?.outbox === 0)) return
    if (Date.now() > deadline) throw new Error('the mesh does not settle')
    await delay(50)
  }
}
