/**
 * Solana's off-chain messages, version 0: the signing domain begins with 0xff, which no
 * transaction's message does, so that a message is never a transaction.
 */
import {
  type Bytes,
  concat,
  equalBytes,
  fromHex,
  fromUtf8,
  toHex,
  utf8,
} from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { bytesOf } from '@holdfast/base/schema'
import type { Decode } from '../chain-signer.ts'
import { solanaOffChainBytesMax, solanaTransactionBytesMax } from '../limits.ts'
import { onlySignature } from '../only-signature.ts'
import { readableText } from '../readable-text.ts'

const signingDomain = concat(Uint8Array.of(0xff), utf8('solana offchain'))
const version = 0
/** No application is named. */
const applicationDomain = new Uint8Array(32)
const signers = 1
/** Domain, version, application, format, count of signers, one signer, length. */
const preambleBytes = signingDomain.length + 1 + 32 + 1 + 1 + 32 + 2

/** Message format: 0 printable ASCII, 1 UTF-8 within a packet, 2 longer UTF-8. */
const formatOf = (message: Bytes): number => {
  const long = preambleBytes + message.length > solanaTransactionBytesMax
  if (long) return 2
  return message.every((byte) => byte >= 0x20 && byte <= 0x7e) ? 0 : 1
}

const checkText = (message: Bytes): void => {
  if (message.length === 0) fail('bad_transaction', 'the message is empty', 'message')
  if (message.length > solanaOffChainBytesMax) {
    fail('bad_transaction', 'the message is too long', 'message')
  }
  try {
    fromUtf8(message)
  } catch {
    fail('bad_transaction', 'the message is not UTF-8', 'message')
  }
}

/** What is signed: the message behind its preamble, which names the one signer. */
const offChainData = (message: Bytes, publicKey: Bytes): Bytes => {
  const length = Uint8Array.of(message.length & 0xff, message.length >> 8)
  const preamble = concat(signingDomain, Uint8Array.of(version), applicationDomain)
  return concat(preamble, Uint8Array.of(formatOf(message), signers), publicKey, length, message)
}

/** The message in bytes that are exactly what this signer signs for it; undefined otherwise. */
export const readOffChain = (untrusted: Bytes, publicKey: Bytes): Bytes | undefined => {
  const message = untrusted.slice(preambleBytes)
  if (message.length === 0 || message.length > solanaOffChainBytesMax) return undefined
  return equalBytes(offChainData(message, publicKey), untrusted) ? message : undefined
}

export const decodeSolanaOffChain: Decode<'solana.off-chain'> = ({ payload, account }) => {
  const message = bytesOf(payload.message, 'base64url')
  checkText(message)
  const publicKey = fromHex(account.publicKey)
  const text = readableText(message)
  const data = offChainData(message, publicKey)
  return {
    intent: {
      chain: 'solana',
      kind: 'message',
      effects: [{ type: 'message' }],
      details: { bytes: message.length, ...(text === undefined ? {} : { text }) },
    },
    tasks: [{ algorithm: 'ed25519', data, steps: [], publicKey }],
    finish: (signatures) => ({
      kind: 'solana.signature',
      signature: toHex(onlySignature(signatures).signature),
    }),
  }
}
