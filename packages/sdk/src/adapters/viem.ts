/**
 * An account for viem whose key is in a mesh: `toAccount(viemAccount(…))`. Types are structural,
 * so that viem is no dependency.
 */
import { fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import type { SignPayload } from '@holdfast/base/requests/sign'
import type { Account } from '@holdfast/base/wallet'
import type { Client } from '../client.ts'
import { type TypedData, typedDataPayload } from './typed-data.ts'

type Hex = `0x${string}`

/** What viem's `SignableMessage` is. */
type Message = string | { readonly raw: Hex | Uint8Array }

/** viem's `serializeTransaction`, or a chain's own. */
type Serializer = (transaction: never) => Hex | Promise<Hex>

export type ViemAccount = {
  readonly address: Hex
  signMessage(input: { readonly message: Message }): Promise<Hex>
  signTransaction(
    transaction: unknown,
    options?: { readonly serializer?: Serializer | undefined },
  ): Promise<Hex>
  signTypedData(definition: unknown): Promise<Hex>
}

const bytesOfMessage = (message: Message): Uint8Array => {
  if (typeof message === 'string') return utf8(message)
  return typeof message.raw === 'string' ? fromHex(message.raw.slice(2)) : message.raw
}

/**
 * The custom account of an Ethereum account. `serializeTransaction` is viem's own; it is used
 * where viem gives none of the chain's.
 *
 *     const account = toAccount(viemAccount({ client, wallet, account, serializeTransaction }))
 */
export const viemAccount = (input: {
  readonly client: Pick<Client, 'sign'>
  readonly wallet: WalletId
  readonly account: Pick<Account, 'id' | 'address' | 'chain'>
  readonly serializeTransaction: Serializer
}): ViemAccount => {
  const { client, wallet, account } = input
  if (account.chain !== 'ethereum') fail('wrong_account', 'this account is not on Ethereum')
  const sign = async (payload: SignPayload): Promise<Hex> => {
    const { id, address: signer } = account
    const { signed } = await client.sign({ wallet, account: id, signer }, payload)
    if (signed.kind === 'ethereum.transaction') return `0x${signed.transaction}`
    if (signed.kind === 'ethereum.signature') return `0x${signed.signature}`
    return fail('malformed', 'the answer is no signature of Ethereum')
  }
  return {
    address: account.address as Hex,
    signMessage: ({ message }) =>
      sign({ kind: 'ethereum.message', message: toHex(bytesOfMessage(message)) }),
    signTransaction: async (transaction, options) => {
      const serialize = options?.serializer ?? input.serializeTransaction
      const unsigned = await serialize(transaction as never)
      return sign({ kind: 'ethereum.transaction', transaction: unsigned.slice(2) })
    },
    signTypedData: (definition) => sign(typedDataPayload(definition as TypedData)),
  }
}
