import { RefusalError } from '@holdfast/base/errors'
import { MeshId, WalletId } from '@holdfast/base/ids'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GuardianShare, parseShareText, shareText } from './share-text.ts'

const share: GuardianShare = {
  format: 'holdfast share v1',
  mesh: MeshId(`mesh_${'ab'.repeat(32)}`),
  wallet: WalletId(`wal_0000${'cd'.repeat(20)}`),
  name: 'treasury',
  set: '12'.repeat(16),
  createdAt: '2026-11-22T12:00:00Z',
  threshold: 2,
  guardian: 'Ada',
  share: new Uint8Array(33).fill(7),
  vault: new Uint8Array(120).fill(9),
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (text: string): GuardianShare | string => {
  try {
    return parseShareText(bytes(text))
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code
    throw error
  }
}
const letters = shareText(share).replaceAll(/[^A-Z0-9]/g, '')

describe('the text of a share', () => {
  it('is read as it was written, in either case, with any spaces and lines', () => {
    expect(read(shareText(share))).toEqual(share)
    expect(read(letters.toLowerCase())).toEqual(share)
    expect(read(` ${letters.match(/.{1,7}/g)?.join(' \n')}\r\n`)).toEqual(share)
  })

  it('is refused with any one letter another, missing, or added', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
    fc.assert(
      fc.property(
        fc.nat(letters.length - 1),
        fc.constantFrom(...alphabet.split('')),
        fc.constantFrom('replace', 'remove', 'add'),
        (at, letter, how) => {
          fc.pre(how !== 'replace' || letters[at] !== letter)
          const kept = how === 'remove' ? '' : letter
          const rest = letters.slice(how === 'add' ? at : at + 1)
          const wrong = letters.slice(0, at) + kept + rest
          fc.pre(wrong !== letters)
          expect(read(wrong)).toBe('bad_share')
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('is refused where the bytes are no text', () => {
    expect(() => parseShareText(Uint8Array.of(0xff, 0xfe))).toThrow('not a share')
  })
})
