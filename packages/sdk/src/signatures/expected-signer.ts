/** Whose a signature must be: as the caller knows it, or the wallet's document says. */
import type { WalletAnswer } from '@holdfast/base/answers'
import type { AccountId, ObjectId, WalletId } from '@holdfast/base/ids'
import type { SignPayload } from '@holdfast/base/requests/sign'
import type { RequestOptions } from '../client.ts'
import type { SigningKeys, WalletMemory } from '../seen.ts'

export type ExpectedSigner = {
  readonly wallet: WalletId
  /** Of raw use: then a public key is expected, else an address. */
  readonly key?: ObjectId
  readonly account?: AccountId
  /** As the caller gave it. */
  readonly known?: string
}

export const expectedSigner = (
  of: { readonly wallet: WalletId; readonly account?: AccountId; readonly signer?: string },
  payload: SignPayload,
): ExpectedSigner => ({
  wallet: of.wallet,
  ...(payload.kind === 'raw' ? { key: payload.key } : {}),
  ...(of.account === undefined ? {} : { account: of.account }),
  // What a Bitcoin signature must be by stands in what it spends.
  ...(payload.kind === 'bitcoin.psbt' ? { known: '' } : {}),
  ...(of.signer === undefined ? {} : { known: of.signer }),
})

const find = (
  { accounts, keys }: SigningKeys,
  { account, key }: ExpectedSigner,
): string | undefined => {
  const used = accounts.find(({ id }) => id === account)
  if (key === undefined) return used?.address
  // A seed phrase has no key of its own: its account's signs.
  return keys.find(({ id }) => id === key)?.publicKey ?? used?.publicKey
}

/** Empty where the wallet has no such account or key: no signature is by that. */
export const signerOf = async (
  by: ExpectedSigner,
  {
    memory,
    show,
    request,
  }: {
    readonly memory: WalletMemory
    readonly show: (wallet: WalletId, request?: RequestOptions) => Promise<WalletAnswer>
    readonly request: RequestOptions
  },
): Promise<string> => {
  if (by.known !== undefined) return by.known
  const signs = memory.get(by.wallet)?.signs
  const found = signs === undefined ? undefined : find(signs, by)
  if (found !== undefined) return found
  const { wallet } = await show(by.wallet, request)
  return find(wallet, by) ?? ''
}
