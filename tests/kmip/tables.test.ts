import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { aliases } from '../../packages/kmip/src/tables/aliases.ts'
import { type EnumerationName, enumerations } from '../../packages/kmip/src/tables/enumerations.ts'
import { masks } from '../../packages/kmip/src/tables/masks.ts'
import { tags } from '../../packages/kmip/src/tables/tags.ts'
import { normalName } from '../../packages/kmip/src/text/named.ts'
import { has, type Numbered, type Version, versions } from '../../packages/kmip/src/version.ts'
import { sharedPath } from '../support/shared.ts'

const folder = sharedPath('kmip', 'spec')

type Row = { readonly table: string; readonly name: string; readonly value: number }

const title = (heading: string): string =>
  normalName(heading.replaceAll(/Enumeration|for ECDSA, ECDH, and ECMQV|^ +| +$/g, '').trim())

/** Rows of the tables of values in the text of a specification: `Name | 0000000A |`. */
const rowsOf = (version: Version): readonly Row[] => {
  const file = version === '1.0' ? 'kmip-spec-1.0-os.txt' : `kmip-spec-v${version}-os.txt`
  const rows: Row[] = []
  let table = ''
  let inside = false
  for (const raw of readFileSync(`${folder}/${file}`, 'utf8').split('\n')) {
    const line = raw.replaceAll('\u00a0', ' ').trim()
    const heading = /^\d+(?:\.\d+)+ (.*)$/.exec(line)
    if (heading !== null && !/\d$/.test(line)) table = title(heading[1]!)
    if (/^(Name|Object) \| (Tag )?Value \|$/.test(line)) inside = true
    else if (/^Table|^\d+\.\d/.test(line)) inside = false
    if (!inside) continue
    const row = /^(.*?) \| (?:0x)?([0-9A-Fa-f]{8}|[0-9A-Fa-f]{6})\b(?! – | - )/.exec(line)
    if (row === null || /Reserved|Unused|Extensions/.test(row[1]!)) continue
    const isTag = row[2]!.length === 6
    const name = normalName(row[1]!)
    rows.push({ table: isTag ? 'Tag' : table, name, value: Number.parseInt(row[2]!, 16) })
  }
  return rows
}

const tables: Readonly<Record<string, Readonly<Record<string, Numbered>>>> = {
  ...enumerations,
  ...masks,
  Tag: tags,
}

const flat = (version: Version): readonly string[] =>
  Object.entries(tables).flatMap(([table, entries]) =>
    Object.entries(entries)
      .filter(([, entry]) => has(version, entry))
      .map(([name, [value]]) => `${table} ${name} ${value}`),
  )

const current = (table: string, name: string): string =>
  aliases[table as EnumerationName]?.[name] ?? name

describe.skipIf(folder === undefined)('the tables', () => {
  for (const version of versions) {
    it(`have exactly the tags and values of KMIP ${version}`, () => {
      const written = rowsOf(version).map(
        ({ table, name, value }) => `${table} ${current(table, name)} ${value}`,
      )
      expect(new Set(flat(version))).toEqual(new Set(written))
      expect(written.length).toBeGreaterThan(350)
    })
  }
})
