/** personal_sign: EIP-191 version 0x45. The prefix keeps a message from being a transaction. */
import { type Bytes, fromHex, utf8 } from '@holdfast/base/bytes'
import type { Effect } from '@holdfast/base/intent'
import { bytesOf } from '@holdfast/base/schema'
import type { Decode } from '../chain-signer.ts'
import { readableText } from '../readable-text.ts'
import { ethereumSignature } from './ethereum-signature.ts'

const prefix = '\u0019Ethereum Signed Message:\n'

/**
 * Smart accounts (Safe, the reference account of ERC-4337) take such a signature over 32 bytes for
 * a transaction's or user operation's approval, so a hash that no one can read is not harmless.
 */
const effectOf = (message: Bytes, text: string | undefined): Effect =>
  message.length === 32 && text === undefined
    ? { type: 'unknown', reason: 'a 32-byte hash, which smart accounts accept as an approval' }
    : { type: 'message' }

export const decodeEthereumMessage: Decode<'ethereum.message'> = (input) => {
  const { payload, account, crypto } = input
  const message = bytesOf(payload.message, 'hex')
  const text = readableText(message)
  return {
    intent: {
      chain: 'ethereum',
      kind: 'message',
      effects: [effectOf(message, text)],
      details: { bytes: message.length, ...(text === undefined ? {} : { text }) },
    },
    tasks: [
      {
        algorithm: 'ecdsa-secp256k1',
        data: crypto.keccak256(utf8(`${prefix}${message.length}`), message),
        steps: [],
        publicKey: fromHex(account.publicKey),
      },
    ],
    finish: ethereumSignature,
  }
}
