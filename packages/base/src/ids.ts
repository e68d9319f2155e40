/** Branded identifiers. Each has a prefix that says what it names. */
import type { Brand } from './brand.ts'
import { type Bytes, fromHex, toHex } from './bytes.ts'
import { fail } from './errors.ts'

export type MeshId = Brand<string, 'MeshId'>
export type WalletId = Brand<string, 'WalletId'>
export type ObjectId = Brand<string, 'ObjectId'>
export type AccountId = Brand<string, 'AccountId'>
export type CredentialId = Brand<string, 'CredentialId'>
export type PersonId = Brand<string, 'PersonId'>
export type ZoneId = Brand<string, 'ZoneId'>
export type BootId = Brand<string, 'BootId'>
export type SessionId = Brand<string, 'SessionId'>
export type IntentId = Brand<string, 'IntentId'>

type Constructor<Id extends string> = {
  (untrusted: string): Id
  readonly prefix: string
  readonly pattern: RegExp
  /** The id of some bytes: prefix and lower-case hexadecimal. */
  of(bytes: Bytes): Id
}

const hexadecimal = <Id extends string>(prefix: string, byteLength: number): Constructor<Id> => {
  const pattern = new RegExp(`^${prefix}[0-9a-f]{${byteLength * 2}}$`)
  const parse = (untrusted: string): Id =>
    pattern.test(untrusted) ? (untrusted as Id) : fail('invalid_field', `not a ${prefix} id`)
  const of = (bytes: Bytes): Id => parse(`${prefix}${toHex(bytes)}`)
  return Object.assign(parse, { prefix, pattern, of })
}

const named = <Id extends string>(
  what: string,
): ((untrusted: string) => Id) & {
  readonly pattern: RegExp
} => {
  const pattern = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/
  const parse = (untrusted: string): Id =>
    pattern.test(untrusted) ? (untrusted as Id) : fail('invalid_field', `not the name of a ${what}`)
  return Object.assign(parse, { pattern })
}

/** SHA-256 of the genesis manifest's bytes. */
export const MeshId = hexadecimal<MeshId>('mesh_', 32)
/** Two bytes of cell, then the first 20 bytes of the SHA-256 of the request that created it. */
export const WalletId = hexadecimal<WalletId>('wal_', 22)
export const ObjectId = hexadecimal<ObjectId>('key_', 16)
export const AccountId = hexadecimal<AccountId>('acc_', 16)
/** The first 16 bytes of the SHA-256 of the credential's kind and public key. */
export const CredentialId = hexadecimal<CredentialId>('crd_', 16)
export const BootId = hexadecimal<BootId>('boot_', 16)
export const SessionId = hexadecimal<SessionId>('ses_', 16)
export const IntentId = hexadecimal<IntentId>('int_', 16)
/** A zone's name in the manifest, such as `eu-west`. */
export const ZoneId = named<ZoneId>('zone')
/** A person's name in a wallet, such as `alice`. */
export const PersonId = named<PersonId>('person')

/** The cell that a wallet's id carries. */
export const cellOf = (wallet: WalletId): number => {
  const [high, low] = fromHex(wallet.slice(WalletId.prefix.length, WalletId.prefix.length + 4))
  return ((high as number) << 8) | (low as number)
}
