import { snpCertificateTable, toPem } from '@holdfast/attestation'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { snpTable } from './snp-table.ts'

const der = (fill: number) => Uint8Array.of(0x30, 3, fill, fill, fill)
const all = { vcek: der(1), ask: der(2), ark: der(3), crl: der(4) }
const codeOf = (table: Uint8Array): string => {
  const parsed = snpCertificateTable(table)
  return parsed.ok ? 'accepted' : parsed.refusal.code
}

describe('the table of certificates of an SEV-SNP host', () => {
  it('gives what it names, as DER or PEM, and passes over what is of another kind', () => {
    expect(snpCertificateTable(snpTable(all))).toEqual({ ok: true, value: all })
    const pem = new TextEncoder().encode(toPem(der(1)))
    const table = snpTable({ ...all, vcek: pem, vlek: der(9), other: der(8) })
    expect(snpCertificateTable(table)).toEqual({ ok: true, value: all })
    const padded = new Uint8Array([...snpTable({ vcek: der(1) }), ...new Uint8Array(4096)])
    expect(snpCertificateTable(padded)).toEqual({ ok: true, value: { vcek: der(1) } })
  })

  it('is empty where the host gives none', () => {
    for (const none of [new Uint8Array(), new Uint8Array(4096), snpTable({})]) {
      expect(snpCertificateTable(none)).toEqual({ ok: true, value: {} })
    }
  })

  it('is refused with an entry that lies elsewhere, twice or over another', () => {
    const whole = snpTable(all)
    const changed = (offset: number, bytes: readonly number[]): string => {
      const table = whole.slice()
      table.set(bytes, offset)
      return codeOf(table)
    }
    expect(changed(0, [])).toBe('accepted')
    // The first entry's offset: into the table, over the second's data, behind the end.
    expect(changed(16, [24, 0, 0, 0])).toBe('collateral_malformed')
    expect(changed(16, [125, 0, 0, 0])).toBe('collateral_malformed')
    expect(changed(16, [0, 16, 0, 0])).toBe('collateral_malformed')
    expect(changed(20, [0, 0, 0, 0])).toBe('collateral_malformed')
    expect(changed(20, [255, 255, 255, 255])).toBe('collateral_malformed')
    expect(changed(24, [...whole.subarray(0, 16)])).toBe('collateral_malformed')
    expect(changed(96 + 16, [1])).toBe('collateral_malformed')
    expect(codeOf(whole.subarray(0, 96))).toBe('collateral_malformed')
    expect(codeOf(snpTable({ vcek: Uint8Array.of(1, 2, 3) }))).toBe('collateral_malformed')
  })

  it('never breaks the parser, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const code = codeOf(bytes)
        expect(['accepted', 'collateral_malformed']).toContain(code)
      }),
    )
  })
})
