/** Writes the table of certificates that a host gives an SEV-SNP guest (GHCB §4.1.8.1). */
import { concat, fromHex } from '@holdfast/base/bytes'

const guids = {
  vcek: '63da758de6644564adc5f4b93be8accd',
  vlek: 'a8074bc2a25a483eaae639c045a0b8a1',
  ask: '4ab7b379bbac4fe4a02f05aef327c782',
  ark: 'c0b406a4a803495297433fb6014cd0ae',
  crl: '92f81bc358114d3d97ffd19f88dc67ea',
  other: '00112233445566778899aabbccddeeff',
} as const

export const snpTable = (
  parts: Readonly<Partial<Record<keyof typeof guids, Uint8Array>>>,
): Uint8Array => {
  const names = Object.keys(parts) as (keyof typeof guids)[]
  let offset = (names.length + 1) * 24
  const entries = names.map((name) => {
    const { length } = parts[name] ?? new Uint8Array()
    const place = new DataView(new ArrayBuffer(8))
    place.setUint32(0, offset, true)
    place.setUint32(4, length, true)
    offset += length
    return concat(fromHex(guids[name]), new Uint8Array(place.buffer))
  })
  return concat(...entries, new Uint8Array(24), ...names.map((name) => parts[name]!))
}
