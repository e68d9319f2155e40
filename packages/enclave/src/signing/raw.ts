/** Raw use: a digest that says nothing of what it does, signed by a key rather than an account. */

import { fromHex, toHex } from '@holdfast/base/bytes'
import type { KeyKind } from '@holdfast/base/chain'
import { fail } from '@holdfast/base/errors'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { bytesOf } from '@holdfast/base/schema'
import type { Account, WalletKey } from '@holdfast/base/wallet'
import { chainCurves } from '../keys/derive/chain-curve.ts'
import type { Decoded, SigningAlgorithm } from './chain-signer.ts'
import { onlySignature } from './only-signature.ts'

type RawAlgorithm = {
  readonly kind: KeyKind
  /** Undefined: a message of any length. */
  readonly dataBytes: number | undefined
  /** Where the algorithm's public key begins in the key's. */
  readonly publicKeyOffset: number
}

const algorithms: Readonly<Record<SigningAlgorithm, RawAlgorithm>> = {
  'ecdsa-secp256k1': { kind: 'secp256k1', dataBytes: 32, publicKeyOffset: 0 },
  // BIP-340 keys are the x coordinates alone.
  bip340: { kind: 'secp256k1', dataBytes: 32, publicKeyOffset: 1 },
  'ecdsa-p256': { kind: 'p256', dataBytes: 32, publicKeyOffset: 0 },
  ed25519: { kind: 'ed25519', dataBytes: undefined, publicKeyOffset: 0 },
}

type OneKey = { readonly kind: KeyKind; readonly publicKey: string }

/** A key of its own, or the one that an account derives from a seed phrase. */
const oneKey = (key: WalletKey, account: Account | undefined): OneKey => {
  if (key.publicKey !== undefined) return { kind: key.kind, publicKey: key.publicKey }
  if (account === undefined) return fail('unsupported', 'a seed phrase signs by an account only')
  if (account.chainCode !== undefined) {
    return fail('raw_use_denied', 'an account of many addresses has no single key')
  }
  return { kind: chainCurves[account.chain].kind, publicKey: account.publicKey }
}

/**
 * `wrong_account` where the payload names another key than the request's account has,
 * `unsupported` for seed phrases without an account, `raw_use_denied` for accounts of many
 * addresses, `wrong_curve`, `bad_transaction` for a digest of another length.
 */
export const decodeRaw = (input: {
  readonly payload: Extract<SignPayload, { kind: 'raw' }>
  readonly key: WalletKey
  readonly account?: Account | undefined
}): Decoded => {
  const { payload, key, account } = input
  const algorithm = algorithms[payload.algorithm]
  if (payload.key !== key.id) return fail('wrong_account', 'the request names another key')
  // Rules name accounts: an account must not lend its name to another key.
  if (account !== undefined && account.key !== key.id) {
    return fail('wrong_account', 'the account is of another key')
  }
  const { kind, publicKey } = oneKey(key, account)
  if (kind !== algorithm.kind) return fail('wrong_curve', 'the key is on another curve')
  const data = bytesOf(payload.data, 'hex')
  if (algorithm.dataBytes !== undefined && data.length !== algorithm.dataBytes) {
    return fail('bad_transaction', 'the digest is not 32 bytes', 'data')
  }
  return {
    intent: {
      chain: 'raw',
      kind: 'raw',
      effects: [{ type: 'unknown', reason: 'raw data, which says nothing of what it does' }],
      details: { algorithm: payload.algorithm, bytes: data.length },
    },
    tasks: [
      {
        algorithm: payload.algorithm,
        data,
        steps: [],
        publicKey: fromHex(publicKey).subarray(algorithm.publicKeyOffset),
      },
    ],
    finish: (signatures) => {
      const { signature, recovery } = onlySignature(signatures)
      return {
        kind: 'raw.signature',
        signature: toHex(signature),
        ...(recovery === undefined ? {} : { recovery }),
      }
    },
  }
}
