/** What a zone's disk says, opened with the zone's own key: the checkers' view of the truth. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { fromCbor } from '@holdfast/base/cbor'
import { type MeshId, type ObjectId, WalletId, type ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { parseState } from '@holdfast/enclave/objects/object-records'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { RecordName } from '@holdfast/enclave/records/names'
import { openRecord, type RecordVersion } from '@holdfast/enclave/records/record-seal'
import { parseWallet } from '@holdfast/enclave/wallets/wallet-entry'
import type { ZoneKeys } from '@holdfast/enclave/zone-key/zone-keys'

export type RecordView = {
  readonly kind: 'wallet' | 'state' | 'object' | 'tomb'
  readonly version: RecordVersion
  readonly hash: string
  /** Whose it is; absent for tombstones, which name nobody. */
  readonly wallet?: WalletId
  readonly document?: Wallet
  readonly destroyed?: boolean
  /** What the owner of an object's format wrote. */
  readonly state?: Bytes
  /** The plaintext secret of an object. */
  readonly secret?: Bytes
}

const objectOf = (payload: Bytes): { readonly wallet: WalletId; readonly secret: Bytes } => {
  const fields = fromCbor(payload) as {
    readonly wallet: string
    readonly material?: Bytes
    readonly payload?: Bytes
  }
  // Wallet keys have a header of six bytes (keys/encode.ts); the secret follows.
  const secret = fields.material?.slice(6, 38) ?? fields.payload ?? new Uint8Array()
  return { wallet: WalletId(fields.wallet), secret: Uint8Array.from(secret) }
}

const kinds = ['wallet', 'state', 'object', 'tomb'] as const

export const objectIn = (name: string): ObjectId | undefined =>
  /^(?:object|state|tomb)\//.test(name)
    ? (name.slice(name.indexOf('/') + 1) as ObjectId)
    : undefined

/** Undefined for records of other kinds; `sealed elsewhere` for what this zone cannot open. */
export const viewRecord = (
  context: { crypto: Crypto; mesh: MeshId; zone: ZoneId; zoneKeys: ZoneKeys },
  name: string,
  value: Bytes,
): RecordView | 'sealed elsewhere' | undefined => {
  const kind = kinds.find((one) => name.startsWith(`${one}/`))
  if (kind === undefined) return undefined
  const { crypto } = context
  const opened = openRecord(context, name as RecordName, value)
  if (opened === undefined) return 'sealed elsewhere'
  const { version, payload } = opened
  const view = { kind, version, hash: toHex(crypto.sha256(payload)) }
  if (kind === 'wallet') {
    const { wallet } = parseWallet(payload, crypto)
    return { ...view, wallet: wallet.id, document: wallet }
  }
  if (kind === 'state') {
    const state = parseState(payload, crypto)
    return { ...view, wallet: state.wallet, destroyed: state.destroyed, state: state.state }
  }
  return kind === 'object' ? { ...view, ...objectOf(payload) } : view
}
