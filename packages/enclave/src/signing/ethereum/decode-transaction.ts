/** An unsigned Ethereum transaction: what it does, what must be signed, and the signed form. */
import { type Bytes, fromHex, toHex, uintToBytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Effect, Intent } from '@holdfast/base/intent'
import { bytesOf } from '@holdfast/base/schema'
import type { Crypto } from '../../ports/crypto.ts'
import type { Decode, TaskSignature } from '../chain-signer.ts'
import type { Facts } from '../facts.ts'
import { onlySignature } from '../only-signature.ts'
import { checksumAddress } from './address.ts'
import { yParityOf } from './ethereum-signature.ts'
import { type EthereumTransaction, parseTransaction } from './parse-transaction.ts'
import { readCall } from './read-call.ts'
import { encodeRlpList, encodeRlpUint } from './rlp.ts'

/** EIP-4844: GAS_PER_BLOB. */
const gasPerBlob = 131_072n

/** The most that the chain may take besides the value. */
const feeOf = (transaction: EthereumTransaction): bigint => {
  const { gasLimit, maxPriorityFeePerGas, maxFeePerGas, blobVersionedHashes } = transaction
  const price = maxFeePerGas ?? transaction.gasPrice ?? 0n
  if (maxPriorityFeePerGas !== undefined && maxPriorityFeePerGas > price) {
    return fail('bad_transaction', 'the priority fee is above the whole', 'maxPriorityFeePerGas')
  }
  const blobGas = BigInt(blobVersionedHashes?.length ?? 0) * gasPerBlob
  const fee = gasLimit * price + blobGas * (transaction.maxFeePerBlobGas ?? 0n)
  return fee >> 256n === 0n ? fee : fail('bad_transaction', 'the fee is too large', 'maxFeePerGas')
}

const effectsOf = (transaction: EthereumTransaction, crypto: Crypto) => {
  const { to, value, data, authorizationList = [] } = transaction
  const delegates = authorizationList.map(
    ({ chainId, address }): Effect => ({
      type: 'delegate',
      to: checksumAddress(address, crypto),
      network: chainId.toString(),
    }),
  )
  if (to === undefined) {
    return { effects: [{ type: 'deploy', value: value.toString() } as Effect], calls: [] }
  }
  const address = checksumAddress(to, crypto)
  const { effects, calls, name } = readCall({ to: address, value, data }, crypto)
  return { effects: [...effects, ...delegates], calls, to: address, name }
}

const read = (
  transaction: EthereumTransaction,
  crypto: Crypto,
): { readonly intent: Intent; readonly facts: Facts } => {
  const { form, chainId, nonce, gasLimit, value, data } = transaction
  const { accessList, blobVersionedHashes, maxPriorityFeePerGas: priority } = transaction
  const { effects, calls, to, name } = effectsOf(transaction, crypto)
  const price = transaction.maxFeePerGas ?? transaction.gasPrice ?? 0n
  const intent: Intent = {
    chain: 'ethereum',
    network: chainId.toString(),
    kind: 'transaction',
    effects,
    fee: feeOf(transaction).toString(),
    details: {
      type: form,
      nonce: nonce.toString(),
      gasLimit: gasLimit.toString(),
      feePerGas: price.toString(),
      value: value.toString(),
      dataBytes: data.length,
      ...(priority === undefined ? {} : { priorityFeePerGas: priority.toString() }),
      ...(to === undefined ? {} : { to }),
      ...(name === undefined ? {} : { call: name }),
      ...(accessList === undefined ? {} : { accessListEntries: accessList.length }),
      ...(blobVersionedHashes === undefined ? {} : { blobs: blobVersionedHashes.map(toHex) }),
    },
  }
  return { intent, facts: { calls, feeRate: { fee: price, size: 1n } } }
}

/** EIP-155 puts the chain id into v; typed transactions have the parity alone. */
const recoveryField = ({ type, chainId }: EthereumTransaction, recovery: number): Bytes =>
  encodeRlpUint(
    type === undefined
      ? uintToBytes(chainId * 2n + 35n + BigInt(recovery), 9)
      : Uint8Array.of(recovery),
  )

const assemble = (transaction: EthereumTransaction, signature: TaskSignature): Bytes =>
  encodeRlpList(
    [
      transaction.content,
      recoveryField(transaction, yParityOf(signature)),
      encodeRlpUint(signature.signature.subarray(0, 32)),
      encodeRlpUint(signature.signature.subarray(32)),
    ],
    transaction.type,
  )

export const decodeEthereumTransaction: Decode<'ethereum.transaction'> = (input) => {
  const { payload, account, crypto } = input
  const unsigned = bytesOf(payload.transaction, 'hex')
  const transaction = parseTransaction(unsigned)
  return {
    ...read(transaction, crypto),
    tasks: [
      {
        algorithm: 'ecdsa-secp256k1',
        data: crypto.keccak256(unsigned),
        steps: [],
        publicKey: fromHex(account.publicKey),
      },
    ],
    finish: (signatures) => {
      const raw = assemble(transaction, onlySignature(signatures))
      return {
        kind: 'ethereum.transaction',
        transaction: toHex(raw),
        hash: toHex(crypto.keccak256(raw)),
      }
    },
  }
}
