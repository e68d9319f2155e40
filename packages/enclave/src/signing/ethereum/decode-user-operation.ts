/** A user operation of ERC-4337 0.6 or 0.7: what its account does, and the hash that is signed. */
import { type Bytes, concat, fromHex, uintToBytes, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { bytesOf } from '@holdfast/base/schema'
import type { Crypto } from '../../ports/crypto.ts'
import type { Decode } from '../chain-signer.ts'
import { checksumAddress } from './address.ts'
import { deploysAccount } from './call-holders.ts'
import { ethereumSignature } from './ethereum-signature.ts'
import { heldReader } from './read-call.ts'

type Payload = Extract<SignPayload, { kind: 'ethereum.user-operation' }>
type Version = Payload['version']

/** Each version has one entry point, at the same address on every chain. */
const entryPoints: Readonly<Record<Version, string>> = {
  '0.6': '5ff137d4b0fdcd49dca30c7cf57e578a026d2789',
  '0.7': '0000000071727de22e5e9d8baf0edac6f37da032',
}

/** Bits of gas limits and fees: 0.7 packs two of them into a word. */
const gasBits: Readonly<Record<Version, number>> = { '0.6': 256, '0.7': 128 }

const readUint = (text: string, bits: number, field: string): bigint => {
  const value = BigInt(text)
  return value >> BigInt(bits) === 0n
    ? value
    : fail('bad_transaction', 'the integer is too large', field)
}

const read = ({ version, chainId: chain, operation }: Payload) => {
  const gas = (name: 'callGasLimit' | 'verificationGasLimit' | 'maxFeePerGas') =>
    readUint(operation[name], gasBits[version], name)
  // EIP-2294 keeps chain ids within 63 bits.
  const chainId = readUint(chain, 63, 'chainId')
  const { maxPriorityFeePerGas: priority } = operation
  return {
    chainId: chainId > 0n ? chainId : fail('bad_transaction', 'the chain id is zero', 'chainId'),
    entryPoint: fromHex(entryPoints[version]),
    sender: bytesOf(operation.sender, 'hex'),
    nonce: readUint(operation.nonce, 256, 'nonce'),
    initCode: bytesOf(operation.initCode, 'hex'),
    callData: bytesOf(operation.callData, 'hex'),
    callGasLimit: gas('callGasLimit'),
    verificationGasLimit: gas('verificationGasLimit'),
    preVerificationGas: readUint(operation.preVerificationGas, 256, 'preVerificationGas'),
    maxFeePerGas: gas('maxFeePerGas'),
    maxPriorityFeePerGas: readUint(priority, gasBits[version], 'maxPriorityFeePerGas'),
    paymasterAndData: bytesOf(operation.paymasterAndData, 'hex'),
  }
}
type UserOperation = ReturnType<typeof read>

const word = (value: bigint): Bytes => uintToBytes(value, 32)
const padded = (address: Bytes): Bytes => concat(new Uint8Array(12), address)
const pair = (high: bigint, low: bigint): Bytes => word((high << 128n) | low)

/** ERC-4337 0.6 §Definitions, 0.7 `UserOperationLib.encode`: dynamic fields by their hashes. */
const encoders: Readonly<Record<Version, (of: UserOperation) => readonly Bytes[]>> = {
  '0.6': (of) => [
    word(of.callGasLimit),
    word(of.verificationGasLimit),
    word(of.preVerificationGas),
    word(of.maxFeePerGas),
    word(of.maxPriorityFeePerGas),
  ],
  '0.7': (of) => [
    pair(of.verificationGasLimit, of.callGasLimit),
    word(of.preVerificationGas),
    pair(of.maxPriorityFeePerGas, of.maxFeePerGas),
  ],
}

const hashOf = (of: UserOperation, version: Version, crypto: Crypto): Bytes => {
  const operation = crypto.keccak256(
    padded(of.sender),
    word(of.nonce),
    crypto.keccak256(of.initCode),
    crypto.keccak256(of.callData),
    ...encoders[version](of),
    crypto.keccak256(of.paymasterAndData),
  )
  return crypto.keccak256(operation, padded(of.entryPoint), word(of.chainId))
}

/** EIP-191 version 0x45, of 32 bytes. */
const prefix = utf8('\u0019Ethereum Signed Message:\n32')

export const decodeEthereumUserOperation: Decode<'ethereum.user-operation'> = (input) => {
  const { payload, account, crypto } = input
  const { version } = payload
  const of = read(payload)
  const { chainId, sender, initCode, callData, paymasterAndData } = of
  const held = {
    calls: [{ to: sender, value: 0n, data: callData }],
    ...(initCode.length === 0 ? {} : { unknown: deploysAccount }),
  }
  const to = checksumAddress(sender, crypto)
  const { effects, calls } = heldReader(crypto).readHeld(to, held, 1)
  const gas = of.callGasLimit + of.verificationGasLimit + of.preVerificationGas
  const fee = (gas * of.maxFeePerGas).toString()
  if (fee.length > 78) return fail('bad_transaction', 'the fee is too large', 'maxFeePerGas')
  return {
    intent: {
      chain: 'ethereum',
      network: chainId.toString(),
      kind: 'transaction',
      effects: [...effects],
      fee,
      details: {
        type: `user-operation ${version}`,
        sender: to,
        entryPoint: checksumAddress(of.entryPoint, crypto),
        nonce: of.nonce.toString(),
        dataBytes: callData.length,
        ...(paymasterAndData.length < 20
          ? {}
          : { paymaster: checksumAddress(paymasterAndData.subarray(0, 20), crypto) }),
      },
    },
    facts: { calls, feeRate: { fee: of.maxFeePerGas, size: 1n } },
    tasks: [
      {
        algorithm: 'ecdsa-secp256k1',
        data: crypto.keccak256(prefix, hashOf(of, version, crypto)),
        steps: [],
        publicKey: fromHex(account.publicKey),
      },
    ],
    finish: ethereumSignature,
  }
}
