/** What a payload does: one table from its kind to the chain's decoder. */
import type { Chain } from '@holdfast/base/chain'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import type { SignPayload } from '@holdfast/base/requests/sign'
import type { Account, WalletKey } from '@holdfast/base/wallet'
import type { Crypto } from '../ports/crypto.ts'
import { decodeBitcoinPsbt } from './bitcoin/decode-psbt.ts'
import type { Decode, Decoded } from './chain-signer.ts'
import { decodeEthereumAuthorization } from './ethereum/decode-authorization.ts'
import { decodeEthereumMessage } from './ethereum/decode-message.ts'
import { decodeEthereumTransaction } from './ethereum/decode-transaction.ts'
import { decodeEthereumTypedData } from './ethereum/decode-typed-data.ts'
import { decodeEthereumUserOperation } from './ethereum/decode-user-operation.ts'
import { decodeRaw } from './raw.ts'
import { decodeSolanaMessage } from './solana/decode-message.ts'
import { decodeSolanaOffChain } from './solana/decode-off-chain.ts'

type AccountKind = Exclude<SignPayload['kind'], 'raw'>

type Decoder<Kind extends AccountKind> = { readonly chain: Chain; readonly decode: Decode<Kind> }

const decoders: { readonly [Kind in AccountKind]: Decoder<Kind> } = {
  'ethereum.transaction': { chain: 'ethereum', decode: decodeEthereumTransaction },
  'ethereum.message': { chain: 'ethereum', decode: decodeEthereumMessage },
  'ethereum.typed-data': { chain: 'ethereum', decode: decodeEthereumTypedData },
  'ethereum.user-operation': { chain: 'ethereum', decode: decodeEthereumUserOperation },
  'bitcoin.psbt': { chain: 'bitcoin', decode: decodeBitcoinPsbt },
  'solana.message': { chain: 'solana', decode: decodeSolanaMessage },
  'solana.off-chain': { chain: 'solana', decode: decodeSolanaOffChain },
  'ethereum.authorization': { chain: 'ethereum', decode: decodeEthereumAuthorization },
}

type DecodeInput = {
  readonly payload: SignPayload
  /** Whose transaction it is; raw use may name one. */
  readonly account?: Account | undefined
  /** The key that raw use names. */
  readonly key?: WalletKey | undefined
  readonly crypto: Crypto
}

const decodeForAccount = (
  payload: Extract<SignPayload, { kind: AccountKind }>,
  { account, crypto }: DecodeInput,
): Decoded => {
  // The table's type pairs each kind with its payload; a lookup by a union loses that pairing.
  const { chain, decode } = decoders[payload.kind] as Decoder<AccountKind>
  if (account === undefined) return fail('wrong_account', 'the request names no account')
  if (account.chain !== chain) return fail('wrong_account', 'the account is of another chain')
  return decode({ payload, account, crypto })
}

const decodeForKey = (
  payload: Extract<SignPayload, { kind: 'raw' }>,
  { key, account }: DecodeInput,
): Decoded =>
  key === undefined
    ? fail('unknown', 'the wallet has no such key')
    : decodeRaw({ payload, key, account })

/**
 * Decodes without a secret. `bad_transaction` for what is not strictly well-formed,
 * `wrong_account` for what this account cannot sign.
 *
 *     const decoded = decodePayload({ payload, account, crypto })
 *     if (decoded.ok) judge(decoded.value.intent)
 */
export const decodePayload = (input: DecodeInput): Result<Decoded> =>
  attempt(() =>
    input.payload.kind === 'raw'
      ? decodeForKey(input.payload, input)
      : decodeForAccount(input.payload, input),
  )
