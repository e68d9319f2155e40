/** Whose Ethereum payloads are compared: the address of the private key 1. */
import { AccountId, ObjectId } from '@holdfast/base/ids'
import type { Account } from '@holdfast/base/wallet'

export const privateKey = new Uint8Array(32).fill(1, 31)

export const account: Account = {
  id: AccountId(`acc_${'1'.repeat(32)}`),
  key: ObjectId(`key_${'1'.repeat(32)}`),
  chain: 'ethereum',
  address: '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf',
  publicKey: '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
}
