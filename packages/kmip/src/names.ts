/** Names and numbers of tags, enumerations and masks, both ways; built once from the tables. */
import { aliases } from './tables/aliases.ts'
import { type EnumerationName, enumerations } from './tables/enumerations.ts'
import { type MaskName, masks } from './tables/masks.ts'
import { pkcs11Functions, pkcs11ReturnCodes } from './tables/pkcs11.ts'
import { type TagName, tags } from './tables/tags.ts'
import type { Numbered } from './version.ts'

/** Names to numbers and back; a name may have older spellings, which are read, never written. */
export type NameTable = {
  readonly byName: ReadonlyMap<string, Numbered>
  readonly byValue: ReadonlyMap<number, string>
}

const nameTable = (
  entries: Readonly<Record<string, Numbered>>,
  older: Readonly<Record<string, string>> = {},
): NameTable => {
  const byName = new Map(Object.entries(entries))
  const byValue = new Map(Object.entries(entries).map(([name, [value]]) => [value, name]))
  for (const [alias, name] of Object.entries(older)) {
    const entry = entries[name]
    if (entry !== undefined) byName.set(alias, entry)
  }
  return { byName, byValue }
}

const since = (value: number): Numbered => [value, '2.0']

export const tagTable = nameTable(tags)

const pkcs11: Readonly<Record<string, NameTable>> = {
  PKCS_11Function: nameTable(
    Object.fromEntries(pkcs11Functions.map((name, index) => [name, since(index + 1)])),
  ),
  PKCS_11ReturnCode: nameTable(
    Object.fromEntries(
      Object.entries(pkcs11ReturnCodes).map(([name, code]) => [name, since(code)]),
    ),
  ),
}

const enumerationTables: ReadonlyMap<string, NameTable> = new Map([
  ...Object.entries(enumerations).map(([name, entries]): [string, NameTable] => [
    name,
    nameTable(entries, aliases[name as EnumerationName]),
  ]),
  ...Object.entries(pkcs11),
  ['Tag', tagTable],
])

const maskTables: ReadonlyMap<string, NameTable> = new Map(
  Object.entries(masks).map(([name, entries]) => [name, nameTable(entries)]),
)

/** Enumerations whose tag has another name than their table. */
const enumerationOfTag: Readonly<Record<string, string>> = {
  MaskGeneratorHashingAlgorithm: 'HashingAlgorithm',
  AttributeReference: 'Tag',
  ExtensionType: 'ItemType',
  LinkedObjectIdentifier: 'UniqueIdentifier',
  PrivateKeyUniqueIdentifier: 'UniqueIdentifier',
  PublicKeyUniqueIdentifier: 'UniqueIdentifier',
}

/** The table of an enumeration by its own name. */
export const enumerationTable = (name: string): NameTable => {
  const table = enumerationTables.get(name)
  if (table === undefined) throw new Error(`invariant broken: no enumeration ${name}`)
  return table
}

/** The table of a mask by its own name. */
export const maskTable = (name: MaskName): NameTable => maskTables.get(name) as NameTable

/** The table that names the values of an enumeration with this tag, where there is one. */
export const enumerationTableOf = (tagName: string | undefined): NameTable | undefined =>
  tagName === undefined ? undefined : enumerationTables.get(enumerationOfTag[tagName] ?? tagName)

/** The table that names the bits of an integer with this tag, where there is one. */
export const maskTableOf = (tagName: string | undefined): NameTable | undefined =>
  tagName === undefined ? undefined : maskTables.get(tagName)

export const tagNumber = (name: TagName): number => tags[name][0]

export const tagName = (tag: number): TagName | undefined =>
  tagTable.byValue.get(tag) as TagName | undefined

/** Tags from 0x540000 to 0x54ffff belong to vendors (KMIP 2.1 §11.56). */
export const isExtensionTag = (tag: number): boolean => tag >>> 16 === 0x54

/** Enumeration values from 0x80000000 to 0x8fffffff belong to vendors (KMIP 2.1 §11). */
export const isExtensionValue = (value: number): boolean => value >>> 28 === 8
