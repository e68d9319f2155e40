/** What a replacement takes over from the object that it replaces (KMIP 2.1 §6.1.46, table). */
import type { AttributeName } from '@holdfast/kmip'
import { type Attributes, isSameKind, valueOf, without, withValues } from './attributes.ts'
import { withoutLink } from './links.ts'

/** Attributes of one object's own life. */
const own: readonly AttributeName[] = [
  'UniqueIdentifier',
  'ShortUniqueIdentifier',
  'ObjectType',
  'State',
  'Digest',
  'InitialDate',
  'LastChangeDate',
  'DestroyDate',
  'CompromiseDate',
  'CompromiseOccurrenceDate',
  'RevocationReason',
  'ArchiveDate',
  'LeaseTime',
  'Fresh',
  'AlwaysSensitive',
  'NeverExtractable',
  'OriginalCreationDate',
  'RandomNumberGenerator',
  'KeyFormatType',
  'KeyValuePresent',
]

const dates = ['ActivationDate', 'ProcessStartDate', 'ProtectStopDate', 'DeactivationDate'] as const

/** Without an offset the dates stay; ends that have passed are those of the old object alone. */
const withoutPassedEnds = (attributes: Attributes, now: bigint): Attributes =>
  attributes.filter(
    ({ name, value }) => (name !== 'ProtectStopDate' && name !== 'DeactivationDate') || value > now,
  )

/** The dates, moved so that the replacement is active `offset` seconds after its making. */
const movedDates = (
  attributes: Attributes,
  now: bigint,
  offset: number | undefined,
): Attributes => {
  const activation = valueOf(attributes, 'ActivationDate')
  if (offset === undefined) return withoutPassedEnds(attributes, now)
  const start = now + BigInt(offset)
  if (activation === undefined) return withValues(attributes, { ActivationDate: start })
  const moved = Object.fromEntries(
    dates.map((name) => {
      const value = valueOf(attributes, name)
      return [name, value === undefined ? undefined : value - activation + start]
    }),
  )
  return withValues(attributes, moved)
}

/** Attributes to ask for a replacement with: those of the old object, then those of the request. */
export const replacementAttributes = (
  old: Attributes,
  requested: Attributes,
  time: { readonly now: bigint; readonly offset: number | undefined },
): Attributes => {
  const kept = withoutLink(
    without(old, ...own),
    'ReplacedObjectLink',
    'ReplacementObjectLink',
    'PublicKeyLink',
    'PrivateKeyLink',
    'CertificateLink',
  )
  const moved = movedDates(kept, time.now, time.offset)
  const others = moved.filter((one) => !requested.some((other) => isSameKind(one, other)))
  return [...others, ...requested]
}
