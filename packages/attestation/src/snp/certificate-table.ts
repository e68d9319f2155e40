/**
 * The table of certificates that a host gives an SEV-SNP guest with its report (GHCB specification
 * 2.03, §4.1.8.1; Linux: `auxblob`): entries of GUID, offset and length, a zero entry, the data.
 */
import { type Bytes, bytesToUint, toHex } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { parsePemChain } from '../pem.ts'

/** The bytes stand in the order of the text. */
const guids: ReadonlyMap<string, keyof SnpCertificates> = new Map([
  ['63da758de6644564adc5f4b93be8accd', 'vcek'],
  ['4ab7b379bbac4fe4a02f05aef327c782', 'ask'],
  ['c0b406a4a803495297433fb6014cd0ae', 'ark'],
  ['92f81bc358114d3d97ffd19f88dc67ea', 'crl'],
])

/** DER; a host need not give any. */
export type SnpCertificates = {
  readonly vcek?: Bytes
  readonly ask?: Bytes
  readonly ark?: Bytes
  readonly crl?: Bytes
}

const entryLength = 24
const entriesMax = 16
const noGuid = '00'.repeat(16)

type Entry = { readonly guid: string; readonly from: number; readonly to: number }

const readEntries = (table: Bytes): readonly Entry[] => {
  const uint32 = (offset: number): number =>
    Number(bytesToUint(table.slice(offset, offset + 4).toReversed()))
  const entries: Entry[] = []
  for (let at = 0; at + entryLength <= table.length; at += entryLength) {
    const guid = toHex(table.slice(at, at + 16))
    const [offset, length] = [uint32(at + 16), uint32(at + 20)]
    if (guid === noGuid) {
      return offset === 0 && length === 0
        ? entries
        : fail('malformed', 'the last entry of the table is not empty')
    }
    entries.push({ guid, from: offset, to: offset + length })
    if (entries.length > entriesMax) fail('malformed', 'the table has too many entries')
  }
  return fail('malformed', 'the table has no end')
}

/** Behind the table, inside the whole, none within another, none twice. */
const checkEntries = (entries: readonly Entry[], length: number): void => {
  let free = (entries.length + 1) * entryLength
  for (const { from, to } of entries.toSorted((left, right) => left.from - right.from)) {
    if (from < free || to <= from || to > length) {
      fail('malformed', 'an entry of the table lies elsewhere')
    }
    free = to
  }
  if (new Set(entries.map(({ guid }) => guid)).size !== entries.length) {
    fail('malformed', 'an entry of the table stands twice')
  }
}

/** PEM is ASCII; what is not finds no certificate. */
const asciiOf = (bytes: Bytes): string =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')

/** Hosts keep certificates as DER or as PEM. */
const derOf = (bytes: Bytes): Bytes => {
  if (bytes[0] === 0x30) return bytes
  const [der, ...rest] = parsePemChain(asciiOf(bytes))
  return der === undefined || rest.length > 0
    ? fail('malformed', 'an entry of the table is no certificate')
    : der
}

const parse = (table: Bytes): SnpCertificates => {
  // A host that has none gives nothing, or pages of zeros.
  if (table.every((byte) => byte === 0)) return {}
  const entries = readEntries(table)
  checkEntries(entries, table.length)
  return Object.fromEntries(
    entries.flatMap(({ guid, from, to }) => {
      const name = guids.get(guid)
      return name === undefined ? [] : [[name, derOf(table.slice(from, to))]]
    }),
  )
}

/**
 * The certificates in a host's table, none of them verified; entries of other GUIDs (such as a
 * VLEK) are passed over. Refuses `collateral_malformed`.
 */
export const snpCertificateTable = (untrusted: Bytes): Result<SnpCertificates> => {
  const parsed = attempt(() => parse(untrusted))
  return parsed.ok
    ? parsed
    : {
        ok: false,
        refusal: {
          code: 'collateral_malformed',
          detail: parsed.refusal.detail,
          subject: 'certificate table',
        },
      }
}
