/** The hash of a user operation (ERC-4337 0.6 and 0.7), as its account checks the signature. */
import { type Bytes, concat, fromHex, uintToBytes } from '@holdfast/base/bytes'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { personalMessageDigest } from './transaction.ts'

type Payload = Extract<SignPayload, { kind: 'ethereum.user-operation' }>

/** One for each version, at the same address on every chain. */
const entryPoints: Readonly<Record<Payload['version'], string>> = {
  '0.6': '5ff137d4b0fdcd49dca30c7cf57e578a026d2789',
  '0.7': '0000000071727de22e5e9d8baf0edac6f37da032',
}

const word = (value: string | bigint): Bytes => uintToBytes(BigInt(value), 32)
const addressWord = (address: string): Bytes => concat(new Uint8Array(12), fromHex(address))
const hashOfHex = (data: string): Bytes => keccak_256(fromHex(data))

/** 0.7 packs two integers of 128 bits into a word (`UserOperationLib.encode`). */
const packed = (high: string, low: string): Bytes => word((BigInt(high) << 128n) | BigInt(low))

const gasWords = ({ version, operation: of }: Payload): readonly Bytes[] =>
  version === '0.6'
    ? [
        word(of.callGasLimit),
        word(of.verificationGasLimit),
        word(of.preVerificationGas),
        word(of.maxFeePerGas),
        word(of.maxPriorityFeePerGas),
      ]
    : [
        packed(of.verificationGasLimit, of.callGasLimit),
        word(of.preVerificationGas),
        packed(of.maxPriorityFeePerGas, of.maxFeePerGas),
      ]

/** Of the operation's hash as a message of EIP-191, as the reference account reads it. */
export const userOperationDigest = (payload: Payload): Bytes => {
  const { version, chainId, operation } = payload
  const inner = concat(
    addressWord(operation.sender),
    word(operation.nonce),
    hashOfHex(operation.initCode),
    hashOfHex(operation.callData),
    ...gasWords(payload),
    hashOfHex(operation.paymasterAndData),
  )
  const entryPoint = addressWord(entryPoints[version])
  return personalMessageDigest(keccak_256(concat(keccak_256(inner), entryPoint, word(chainId))))
}
