/** What bytes say that a client gave to be signed: the account's chain fixes how they are read. */
import { type Bytes, equalBytes, fromHex, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import type { Chain } from '@holdfast/base/chain'
import { attempt } from '@holdfast/base/errors'
import { parseStrictJson } from '@holdfast/base/json'
import { type SignPayload, signPayload } from '@holdfast/base/requests/sign'
import type { Account } from '@holdfast/base/wallet'
import { readOffChain } from '../signing/solana/decode-off-chain.ts'

type Reader = (data: Bytes, account: Account) => SignPayload | undefined

const startsWith = (data: Bytes, prefix: Bytes): boolean =>
  equalBytes(data.subarray(0, prefix.length), prefix)

const messagePrefix = utf8('\u0019Ethereum Signed Message:\n')
const lengthDigitsMax = 7

/** EIP-191 version 0x45: the prefix, the length in decimal, the message. At most one split fits. */
const prefixedMessage = (data: Bytes): Bytes | undefined => {
  const rest = data.subarray(messagePrefix.length)
  // `05` is not how five is written; a message of no bytes has the one digit 0.
  if (rest[0] === 0x30) return rest.length === 1 ? new Uint8Array(0) : undefined
  let length = 0
  for (let digits = 1; digits <= Math.min(lengthDigitsMax, rest.length); digits += 1) {
    const digit = (rest[digits - 1] as number) - 0x30
    if (digit < 0 || digit > 9) return undefined
    length = length * 10 + digit
    if (rest.length - digits === length) return rest.subarray(digits)
  }
  return undefined
}

const curlyBracket = 0x7b

/** EIP-712 as wallets are given it: JSON. No transaction and no prefixed message begins so. */
const typedDataIn = (data: Bytes): SignPayload | undefined => {
  const json = attempt(() => parseStrictJson(data))
  if (!json.ok) return undefined
  const payload = signPayload.safeParse({ kind: 'ethereum.typed-data', typedData: json.value })
  return payload.success ? payload.data : undefined
}

const readEthereum: Reader = (data) => {
  if (data[0] === curlyBracket) return typedDataIn(data)
  if (!startsWith(data, messagePrefix)) {
    return { kind: 'ethereum.transaction', transaction: toHex(data) }
  }
  const message = prefixedMessage(data)
  return message && { kind: 'ethereum.message', message: toHex(message) }
}

/** BIP-174 and BIP-370: `psbt` and 0xff. */
const psbtMagic = fromHex('70736274ff')

const readBitcoin: Reader = (data) =>
  startsWith(data, psbtMagic) ? { kind: 'bitcoin.psbt', psbt: toBase64Url(data) } : undefined

const readSolana: Reader = (data, account) => {
  if (data[0] !== 0xff) return { kind: 'solana.message', message: toBase64Url(data) }
  const message = readOffChain(data, fromHex(account.publicKey))
  return message && { kind: 'solana.off-chain', message: toBase64Url(message) }
}

const readers: Readonly<Record<Chain, Reader>> = {
  ethereum: readEthereum,
  bitcoin: readBitcoin,
  solana: readSolana,
}

/**
 * What the data may be; its decoder says whether it is. Undefined for what is no form of the chain.
 * A signature of what is returned is always over the data itself; for a PSBT over its inputs, for
 * typed data over its hash (EIP-712).
 */
export const readSigningData = (data: Bytes, account: Account): SignPayload | undefined =>
  data.length === 0 ? undefined : readers[account.chain](data, account)
