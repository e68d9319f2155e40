/** Whether an answer is the signature of one Ethereum address over what was asked. */
import type { Signed } from '@holdfast/base/answers'
import { type Bytes, concat, equalBytes, fromHex, toHex } from '@holdfast/base/bytes'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { encodeRlp, rlpInteger } from './rlp.ts'
import {
  personalMessageDigest,
  readSignedTransaction,
  recoverEthereumSigner,
} from './transaction.ts'
import { typedDataDigest } from './typed-data-digest.ts'
import { userOperationDigest } from './user-operation-digest.ts'

type Of<Kind extends SignPayload['kind']> = Extract<SignPayload, { kind: Kind }>

/** EIP-7702: MAGIC, before the list that is signed. */
const authorizationMagic = 0x05

const authorizationDigest = (payload: Of<'ethereum.authorization'>): Bytes => {
  const { chainId, address, nonce } = payload
  const fields = [rlpInteger(BigInt(chainId)), fromHex(address), rlpInteger(BigInt(nonce))]
  return keccak_256(concat(Uint8Array.of(authorizationMagic), encodeRlp(fields)))
}

const isBy = (address: string, digest: Bytes, signature: Bytes): boolean =>
  recoverEthereumSigner(digest, signature).toLowerCase() === address.toLowerCase()

/** The transaction is the one that was asked for, signed, in its only encoding; so is its hash. */
const isTransaction = (payload: Of<'ethereum.transaction'>, signed: Signed, address: string) => {
  if (signed.kind !== 'ethereum.transaction') return false
  const asked = fromHex(payload.transaction)
  const given = fromHex(signed.transaction)
  const { unsigned, signature } = readSignedTransaction(given)
  return (
    equalBytes(unsigned, asked) &&
    toHex(keccak_256(given)) === signed.hash &&
    isBy(address, keccak_256(asked), signature)
  )
}

const isSignature = (digest: Bytes, signed: Signed, address: string): boolean =>
  signed.kind === 'ethereum.signature' && isBy(address, digest, fromHex(signed.signature))

const isAuthorization = (payload: Of<'ethereum.authorization'>, signed: Signed, by: string) => {
  if (signed.kind !== 'ethereum.authorization') return false
  const { r, s, yParity } = signed
  const signature = concat(fromHex(r), fromHex(s), Uint8Array.of(27 + yParity))
  return isBy(by, authorizationDigest(payload), signature)
}

type EthereumKind = Extract<SignPayload['kind'], `ethereum.${string}`>
type Verify<Kind extends EthereumKind> = (
  payload: Of<Kind>,
  signed: Signed,
  address: string,
) => boolean

/** `address` is the account's, with or without the checksum of EIP-55. */
export const verifyEthereum: { readonly [Kind in EthereumKind]: Verify<Kind> } = {
  'ethereum.transaction': isTransaction,
  'ethereum.message': ({ message }, signed, address) =>
    isSignature(personalMessageDigest(fromHex(message)), signed, address),
  'ethereum.typed-data': ({ typedData }, signed, address) =>
    isSignature(typedDataDigest(typedData), signed, address),
  'ethereum.authorization': isAuthorization,
  'ethereum.user-operation': (payload, signed, address) =>
    isSignature(userOperationDigest(payload), signed, address),
}
