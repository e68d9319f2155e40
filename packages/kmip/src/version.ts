/** The protocol versions, in order; everything else compares them by their place in this list. */
export const versions = ['1.0', '1.1', '1.2', '1.3', '1.4', '2.0', '2.1'] as const

export type Version = (typeof versions)[number]

/** A tag or enumeration value: its number, the first version that has it, and the last. */
export type Numbered = readonly [value: number, since: Version, until?: Version]

/** From which version to which, both included; nothing stated means always. */
export type VersionRange = { readonly since?: Version; readonly until?: Version }

export const versionIndex = (version: Version): number => versions.indexOf(version)

export const inRange = (version: Version, { since, until }: VersionRange): boolean => {
  const index = versionIndex(version)
  return (
    (since === undefined || index >= versionIndex(since)) &&
    (until === undefined || index <= versionIndex(until))
  )
}

/** Whether a version has what an entry of a table numbers. */
export const has = (version: Version, [, since, until]: Numbered): boolean =>
  inRange(version, until === undefined ? { since } : { since, until })

/** Whether the attributes of this version are structures of their own (KMIP 2.0 and later). */
export const isSecond = (version: Version): boolean => version.startsWith('2')

export const versionOf = (major: number, minor: number): Version | undefined => {
  const text = `${major}.${minor}`
  return versions.find((version) => version === text)
}

export const majorOf = (version: Version): number => Number(version.slice(0, 1))
export const minorOf = (version: Version): number => Number(version.slice(2))
