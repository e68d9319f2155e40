/** What an operator sets of the KMIP server: how it tunes leases and takes seeds. */
import { fail } from '@holdfast/base/errors'
import type { KmipServerFacts } from '@holdfast/enclave/kmip/server-facts'

/** Key → flag. */
export const kmipSettingKeys = {
  kmipLeaseSeconds: 'kmip-lease-seconds',
  kmipSeedBytes: 'kmip-seed-bytes',
} as const
type SettingKey = keyof typeof kmipSettingKeys

export type KmipSettings = Partial<Pick<KmipServerFacts, 'leaseSeconds' | 'seedBytesMax'>>

const maxima: Readonly<Record<SettingKey, number>> = {
  kmipLeaseSeconds: 31_536_000,
  kmipSeedBytes: 1024,
}

const numberOf = (key: SettingKey, text: string): number =>
  /^\d{1,8}$/.test(text) && Number(text) <= maxima[key]
    ? Number(text)
    : fail('bad_configuration', `a whole number up to ${maxima[key]} is wanted`, key)

/** Reads the settings that are given. Fails with `bad_configuration`. */
export const assembleKmipSettings = (
  one: (key: SettingKey) => string | undefined,
): KmipSettings => {
  const lease = one('kmipLeaseSeconds')
  const seed = one('kmipSeedBytes')
  const seedBytes = (text: string): number | 'denied' =>
    text === 'denied' ? text : numberOf('kmipSeedBytes', text)
  return {
    ...(lease === undefined ? {} : { leaseSeconds: numberOf('kmipLeaseSeconds', lease) }),
    ...(seed === undefined ? {} : { seedBytesMax: seedBytes(seed) }),
  }
}
