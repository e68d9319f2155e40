/** Whether an answer is the signature of one Solana address over what was asked. */
import type { Signed } from '@holdfast/base/answers'
import { type Bytes, concat, fromBase64Url, fromHex, utf8 } from '@holdfast/base/bytes'
import { base58 } from '@scure/base'
import { signatures } from '../crypto/signatures.ts'

/** The largest packet that carries a transaction: longer messages have a format of their own. */
const packetBytes = 1232

const domain = concat(Uint8Array.of(0xff), utf8('solana offchain'))
/** Domain, version, application, format, count of signers, one signer, length. */
const preambleBytes = domain.length + 1 + 32 + 1 + 1 + 32 + 2

/** 0: printable ASCII; 1: UTF-8 within a packet; 2: longer. */
const formatOf = (message: Bytes): number => {
  if (preambleBytes + message.length > packetBytes) return 2
  return message.every((byte) => byte >= 0x20 && byte <= 0x7e) ? 0 : 1
}

/** Solana's off-chain messages, version 0, of no application and one signer. */
const offChainBytes = (message: Bytes, publicKey: Bytes): Bytes =>
  concat(
    domain,
    new Uint8Array(1 + 32),
    Uint8Array.of(formatOf(message), 1),
    publicKey,
    Uint8Array.of(message.length & 0xff, message.length >> 8),
    message,
  )

const isBy = (publicKey: Bytes, message: Bytes, signed: Signed): boolean =>
  signed.kind === 'solana.signature' &&
  signatures.ed25519.verify({ message, signature: fromHex(signed.signature), publicKey })

type Verify = (payload: { readonly message: string }, signed: Signed, address: string) => boolean

export const verifySolana: Readonly<Record<'solana.message' | 'solana.off-chain', Verify>> = {
  'solana.message': ({ message }, signed, address) =>
    isBy(base58.decode(address), fromBase64Url(message), signed),
  'solana.off-chain': ({ message }, signed, address) => {
    const publicKey = base58.decode(address)
    return isBy(publicKey, offChainBytes(fromBase64Url(message), publicKey), signed)
  },
}
