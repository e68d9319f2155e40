/** EIP-7702: the account gives its code to another address, on one chain. */
import { fromHex, toHex, uintToBytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { bytesOf } from '@holdfast/base/schema'
import type { Decode } from '../chain-signer.ts'
import { onlySignature } from '../only-signature.ts'
import { checksumAddress } from './address.ts'
import { yParityOf } from './ethereum-signature.ts'
import { encodeRlpList, encodeRlpString, encodeRlpUint } from './rlp.ts'

/** EIP-7702: MAGIC, before the list that is signed. */
const magic = 0x05

const uintMax = (bits: bigint): bigint => (1n << bits) - 1n

export const decodeEthereumAuthorization: Decode<'ethereum.authorization'> = (input) => {
  const { payload, account, crypto } = input
  const chainId = BigInt(payload.chainId)
  const nonce = BigInt(payload.nonce)
  const address = bytesOf(payload.address, 'hex')
  // EIP-7702 reads zero as "every chain": one signature would delegate everywhere at once.
  if (chainId === 0n) return fail('bad_transaction', 'the chain id is zero', 'chainId')
  if (chainId > uintMax(256n)) return fail('bad_transaction', 'the chain id is too large')
  if (nonce >= uintMax(64n)) return fail('bad_transaction', 'the nonce is too large', 'nonce')
  const fields = [
    encodeRlpUint(uintToBytes(chainId, 32)),
    encodeRlpString(address),
    encodeRlpUint(uintToBytes(nonce, 8)),
  ]
  const to = checksumAddress(address, crypto)
  return {
    intent: {
      chain: 'ethereum',
      ...(payload.chainId.length > 64 ? {} : { network: payload.chainId }),
      kind: 'message',
      effects: [{ type: 'delegate', to, network: payload.chainId }],
      details: { nonce: payload.nonce },
    },
    tasks: [
      {
        algorithm: 'ecdsa-secp256k1',
        data: crypto.keccak256(encodeRlpList(fields, magic)),
        steps: [],
        publicKey: fromHex(account.publicKey),
      },
    ],
    finish: (signatures) => {
      const signature = onlySignature(signatures)
      return {
        kind: 'ethereum.authorization',
        yParity: yParityOf(signature),
        r: toHex(signature.signature.subarray(0, 32)),
        s: toHex(signature.signature.subarray(32)),
      }
    },
  }
}
