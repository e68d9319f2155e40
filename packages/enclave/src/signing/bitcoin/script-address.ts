/** The address of an output script, by the parameters of its network. */
import { type Bytes, concat, toHex } from '@holdfast/base/bytes'
import { type BitcoinNetwork, bitcoinNetworks } from '@holdfast/base/chain'
import { bech32, bech32m, createBase58check } from '@scure/base'
import type { Crypto } from '../../ports/crypto.ts'

const matches = (script: Bytes, length: number, bytes: Readonly<Record<number, number>>) =>
  script.length === length &&
  Object.entries(bytes).every(([offset, byte]) => script[Number(offset)] === byte)

const isPubKeyHash = (script: Bytes): boolean =>
  matches(script, 25, { 0: 0x76, 1: 0xa9, 2: 0x14, 23: 0x88, 24: 0xac })

const isScriptHash = (script: Bytes): boolean => matches(script, 23, { 0: 0xa9, 1: 0x14, 22: 0x87 })

/** BIP-141 §Witness program: version 0 has 20 or 32 bytes, the others 2 to 40. */
const witnessVersion = (script: Bytes): number | undefined => {
  const [opcode = 0xff, length = 0] = script
  if (script.length !== length + 2) return undefined
  if (opcode === 0) return length === 20 || length === 32 ? 0 : undefined
  return opcode >= 0x51 && opcode <= 0x60 && length >= 2 && length <= 40 ? opcode - 0x50 : undefined
}

/** Hexadecimal digits of a script that an intent has room for. */
const scriptDigitsMax = 240

/** The address, or for a script that has none its hexadecimal (its SHA-256 where that is long). */
export const scriptAddress = (script: Bytes, network: BitcoinNetwork, crypto: Crypto): string => {
  const parameters = bitcoinNetworks[network]
  const base58 = (version: number, hash: Bytes) =>
    createBase58check((bytes: Bytes) => crypto.sha256(bytes)).encode(
      concat(Uint8Array.of(version), hash),
    )
  if (isPubKeyHash(script)) return base58(parameters.pubKeyHash, script.subarray(3, 23))
  if (isScriptHash(script)) return base58(parameters.scriptHash, script.subarray(2, 22))
  const version = witnessVersion(script)
  if (version === undefined) {
    const digits = toHex(script)
    return digits.length > scriptDigitsMax ? `sha256:${toHex(crypto.sha256(script))}` : digits
  }
  const encoding = version === 0 ? bech32 : bech32m
  const words = [version, ...encoding.toWords(script.subarray(2))]
  return encoding.encode(parameters.bech32, words, false)
}
