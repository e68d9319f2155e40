/** What an operator sets of the KMIP server: its leases, seeds, and how long it waits. */
import { fail } from '@holdfast/base/errors'
import { waitMsMax } from '@holdfast/base/limits'
import type { KmipServerFacts } from '@holdfast/enclave/kmip/server-facts'

/** Key → flag. */
export const kmipSettingKeys = {
  kmipLeaseSeconds: 'kmip-lease-seconds',
  kmipSeedBytes: 'kmip-seed-bytes',
  kmipWaitSeconds: 'kmip-wait-seconds',
} as const
type SettingKey = keyof typeof kmipSettingKeys

export type KmipSettings = Partial<
  Pick<KmipServerFacts, 'leaseSeconds' | 'seedBytesMax' | 'waitSeconds'>
>

const maxima: Readonly<Record<SettingKey, number>> = {
  kmipLeaseSeconds: 31_536_000,
  kmipSeedBytes: 1024,
  kmipWaitSeconds: waitMsMax / 1000,
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
  const wait = one('kmipWaitSeconds')
  const seedBytes = (text: string): number | 'denied' =>
    text === 'denied' ? text : numberOf('kmipSeedBytes', text)
  return {
    ...(lease === undefined ? {} : { leaseSeconds: numberOf('kmipLeaseSeconds', lease) }),
    ...(seed === undefined ? {} : { seedBytesMax: seedBytes(seed) }),
    ...(wait === undefined ? {} : { waitSeconds: numberOf('kmipWaitSeconds', wait) }),
  }
}
