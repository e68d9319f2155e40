/**
 * A signer for ethers whose key is in a mesh. Types are structural, so that ethers is no
 * dependency: give it to whatever wants `signMessage`, `signTypedData` and `signTransaction`, or
 * spread it into a subclass of `AbstractSigner` for `sendTransaction`.
 */
import { fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import type { SignPayload } from '@holdfast/base/requests/sign'
import type { Account } from '@holdfast/base/wallet'
import type { Client } from '../client.ts'
import { typedDataPayload } from './typed-data.ts'

export type EthersSigner = {
  getAddress(): Promise<string>
  signMessage(message: string | Uint8Array): Promise<string>
  /** The unsigned transaction: `Transaction.from(request).unsignedSerialized`. */
  signTransaction(transaction: { readonly unsignedSerialized: string }): Promise<string>
  signTypedData(
    domain: object,
    types: Readonly<Record<string, unknown>>,
    value: Readonly<Record<string, unknown>>,
  ): Promise<string>
}

/** The type that no other refers to, as ethers infers it. */
const primaryTypeOf = (types: Readonly<Record<string, unknown>>): string => {
  const names = Object.keys(types).filter((name) => name !== 'EIP712Domain')
  const used = new Set(
    names.flatMap((name) =>
      (types[name] as readonly { readonly type: string }[]).map(({ type }) =>
        type.replace(/(\[\d*\])+$/, ''),
      ),
    ),
  )
  const roots = names.filter((name) => !used.has(name))
  const [root, ...others] = roots
  if (root === undefined || others.length > 0) {
    return fail('invalid_field', 'the types have no one primary type', 'types')
  }
  return root
}

export const ethersSigner = (input: {
  readonly client: Pick<Client, 'sign'>
  readonly wallet: WalletId
  readonly account: Pick<Account, 'id' | 'address' | 'chain'>
}): EthersSigner => {
  const { client, wallet, account } = input
  if (account.chain !== 'ethereum') fail('wrong_account', 'this account is not on Ethereum')
  const sign = async (payload: SignPayload): Promise<string> => {
    const { id, address: signer } = account
    const { signed } = await client.sign({ wallet, account: id, signer }, payload)
    if (signed.kind === 'ethereum.transaction') return `0x${signed.transaction}`
    if (signed.kind === 'ethereum.signature') return `0x${signed.signature}`
    return fail('malformed', 'the answer is no signature of Ethereum')
  }
  return {
    getAddress: async () => account.address,
    signMessage: (message) => {
      const bytes = typeof message === 'string' ? utf8(message) : message
      return sign({ kind: 'ethereum.message', message: toHex(bytes) })
    },
    signTransaction: async ({ unsignedSerialized }) => {
      const unsigned = toHex(fromHex(unsignedSerialized.slice(2).toLowerCase()))
      return sign({ kind: 'ethereum.transaction', transaction: unsigned })
    },
    signTypedData: (domain, types, message) => {
      const primaryType = primaryTypeOf(types)
      return sign(typedDataPayload({ domain: { ...domain }, types, primaryType, message }))
    },
  }
}
