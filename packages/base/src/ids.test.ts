import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as ids from './ids.ts'

const hexadecimal = [
  [ids.MeshId, 'mesh_', 32],
  [ids.WalletId, 'wal_', 22],
  [ids.ObjectId, 'key_', 16],
  [ids.AccountId, 'acc_', 16],
  [ids.CredentialId, 'crd_', 16],
  [ids.BootId, 'boot_', 16],
  [ids.SessionId, 'ses_', 16],
  [ids.IntentId, 'int_', 16],
] as const

describe('ids of bytes', () => {
  it('read back what they wrote', () => {
    for (const [id, prefix, length] of hexadecimal) {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (bytes) => {
          const written = id.of(bytes)
          expect(written).toBe(`${prefix}${Buffer.from(bytes).toString('hex')}`)
          expect(id(written)).toBe(written)
        }),
        { numRuns: 10 },
      )
    }
  })

  it('refuse another prefix, length, case or anything around', () => {
    for (const [id, prefix, length] of hexadecimal) {
      const digits = 'ab'.repeat(length)
      for (const wrong of [
        '',
        digits,
        `${prefix}${digits}0`,
        `${prefix}${digits.slice(1)}`,
        `${prefix}${digits.toUpperCase()}`,
        `${prefix}${digits}\n`,
        ` ${prefix}${digits}`,
        `xyz_${digits}`,
      ]) {
        expect(() => id(wrong), wrong).toThrow('invalid_field')
      }
      expect(() => id.of(new Uint8Array(length + 1))).toThrow('invalid_field')
    }
  })
})

describe('names', () => {
  it('are short, of lower-case letters, digits and inner hyphens', () => {
    for (const name of ['a', 'eu-west', '0', 'a--b', 'a'.repeat(32)]) {
      expect(ids.ZoneId(name)).toBe(name)
      expect(ids.PersonId(name)).toBe(name)
    }
    for (const name of ['', '-a', 'a-', 'A', 'a b', 'a/b', '..', 'a\n', 'é', 'a'.repeat(33)]) {
      expect(() => ids.ZoneId(name), name).toThrow('invalid_field')
      expect(() => ids.PersonId(name), name).toThrow('invalid_field')
    }
  })
})

it('finds the cell that a wallet id carries', () => {
  fc.assert(
    fc.property(fc.nat(0xffff), (cell) => {
      const bytes = new Uint8Array(22)
      new DataView(bytes.buffer).setUint16(0, cell)
      expect(ids.cellOf(ids.WalletId.of(bytes))).toBe(cell)
    }),
  )
})
