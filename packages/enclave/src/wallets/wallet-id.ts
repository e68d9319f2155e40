/** The id of a wallet: its cell and the hash of the request that creates it (DESIGN §7). */
import { type Bytes, concat } from '@holdfast/base/bytes'
import { WalletId } from '@holdfast/base/ids'
import type { Crypto } from '../ports/crypto.ts'

/** The only cell so far; a request names it, so that later ones need no other format. */
const cell: Bytes = Uint8Array.of(0, 0)

export const walletIdOf = (crypto: Crypto, request: Bytes): WalletId =>
  WalletId.of(concat(cell, crypto.sha256(request).subarray(0, 20)))
