/** Requests to sign Ethereum transfers, each of another nonce and intent, made at little cost. */
import { type Bytes, fromHex, utf8 } from '@holdfast/base/bytes'
import type { Wallet } from '@holdfast/base/wallet'
import { serializeTransaction } from 'viem'
import { expiry } from './wallet-request.ts'

/** A nonce of four bytes, so that every other takes its place in the encoding. */
const placeNonce = 0xdeadbeef
const placeIntent = 'f'.repeat(32)

/** An EIP-1559 transfer, as a wallet would send it. */
const unsigned = serializeTransaction({
  type: 'eip1559',
  chainId: 31337,
  nonce: placeNonce,
  to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  value: 10n ** 15n,
  gas: 21_000n,
  maxFeePerGas: 20_000_000_000n,
  maxPriorityFeePerGas: 1_000_000_000n,
}).slice(2)

/** Each call gives the next unsigned transfer. */
export const unsignedTransfers = (): (() => Bytes) => {
  let number = 2 ** 31
  return () => {
    number += 1
    return fromHex(unsigned.replace(placeNonce.toString(16), number.toString(16)))
  }
}

/** Each call gives the next request's bytes. */
export const signRequests = (wallet: Wallet): (() => Bytes) => {
  const text = JSON.stringify({
    operation: 'sign',
    mesh: wallet.mesh,
    expiresAt: expiry(),
    wallet: wallet.id,
    account: wallet.accounts[0]?.id,
    intent: `int_${placeIntent}`,
    seen: { epoch: wallet.epoch, version: wallet.version },
    payload: { kind: 'ethereum.transaction', transaction: unsigned },
  })
  const [head = '', middle = '', tail = ''] = text.split(
    new RegExp(`${placeIntent}|${placeNonce.toString(16)}`),
  )
  let number = 2 ** 31
  return () => {
    number += 1
    const digits = number.toString(16)
    return utf8(head + digits.padStart(32, '0') + middle + digits + tail)
  }
}
