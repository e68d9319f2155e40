/** Accounts as the command line writes them: `chain[:script[:network]]`, `chain=path`. */
import { bitcoinNetwork, bitcoinScript, chain, type KeyKind } from '@holdfast/base/chain'
import { fail } from '@holdfast/base/errors'
import { type AccountRequest, accountRequest } from '@holdfast/base/wallet'

const defaults: Readonly<Record<KeyKind, readonly string[]>> = {
  bip39: ['ethereum', 'bitcoin', 'solana'],
  secp256k1: ['ethereum'],
  ed25519: ['solana'],
  p256: [],
}

/** `bitcoin:p2tr:testnet=m/86'/1'/0'`; `invalid_field` where it is none. */
export const parseAccount = (text: string): AccountRequest => {
  const [head = '', path] = text.split('=', 2)
  const [name, script, network] = head.split(':', 3)
  const parsed = accountRequest.safeParse({
    chain: chain.safeParse(name).data,
    ...(script === undefined ? {} : { script: bitcoinScript.safeParse(script).data ?? script }),
    ...(network === undefined
      ? {}
      : { network: bitcoinNetwork.safeParse(network).data ?? network }),
    ...(path === undefined ? {} : { path }),
  })
  if (parsed.success) return parsed.data
  return fail('invalid_field', 'an account is chain[:script[:network]][=path]', 'account')
}

/** The accounts asked for, or those that a key of this kind usually has. */
export const accountRequests = (
  texts: readonly string[] | undefined,
  kind: KeyKind,
): readonly AccountRequest[] => (texts ?? defaults[kind]).map(parseAccount)
