/** One transfer by a wallet's account: signed in an enclave, checked here, mined by a chain. */
import { fromHex, toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import {
  type Account,
  type Client,
  encodeFeeMarketTransaction,
  type SignAnswer,
  senderOfTransaction,
  type WalletId,
} from '@holdfast/sdk'
import type { Anvil } from '../processes/anvil.ts'

/** A well-known address that nobody has the key of. */
const recipient = '0x000000000000000000000000000000000000dEaD'
const ether = 10n ** 18n

export type Transfer = {
  readonly answer: SignAnswer
  readonly signMs: number
  /** The block; absent where there is no chain. */
  readonly block?: bigint
}

type Receipt = {
  readonly blockNumber: string
  readonly status: string
  readonly from: string
}

const mine = async (chain: Anvil, transaction: string): Promise<Receipt> => {
  const hash = await chain.rpc<string>('eth_sendRawTransaction', [`0x${transaction}`])
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const receipt = await chain.rpc<Receipt | null>('eth_getTransactionReceipt', [hash])
    if (receipt !== null) return receipt
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('the chain does not mine the transaction')
}

/** Gives an account of the local chain something to spend. */
export const fund = (chain: Anvil, account: Account): Promise<void> =>
  chain.rpc('anvil_setBalance', [account.address, `0x${(100n * ether).toString(16)}`])

export const transfer = async (
  client: Client,
  input: {
    readonly wallet: WalletId
    readonly account: Account
    readonly chain: Anvil | undefined
  },
): Promise<Transfer> => {
  const { wallet, account, chain } = input
  const nonce = await chain?.rpc<string>('eth_getTransactionCount', [account.address, 'pending'])
  const unsigned = encodeFeeMarketTransaction({
    chainId: chain?.chainId ?? 31_337n,
    nonce: BigInt(nonce ?? 0),
    maxPriorityFeePerGas: 10n ** 9n,
    maxFeePerGas: 100n * 10n ** 9n,
    gas: 21_000n,
    to: recipient,
    value: ether / 100n,
  })
  const startedMs = performance.now()
  const payload = { kind: 'ethereum.transaction', transaction: toHex(unsigned) } as const
  const answer = await client.sign({ wallet, account: account.id }, payload)
  const signMs = performance.now() - startedMs
  if (answer.signed.kind !== 'ethereum.transaction') {
    return fail('malformed', 'the answer is no Ethereum transaction')
  }
  const { transaction } = answer.signed
  if (senderOfTransaction(fromHex(transaction)) !== account.address) {
    return fail('malformed', 'the signature is not of this account')
  }
  if (chain === undefined) return { answer, signMs }
  const receipt = await mine(chain, transaction)
  if (receipt.status !== '0x1') throw new Error('the chain mined the transaction as failed')
  return { answer, signMs, block: BigInt(receipt.blockNumber) }
}
