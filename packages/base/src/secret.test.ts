import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BufferSecret } from './secret.ts'

const canary = 'canary-of-a-secret'
const make = () => {
  const bytes = new TextEncoder().encode(canary)
  return { bytes, secret: new BufferSecret(bytes) }
}

describe('a secret', () => {
  it('prints as [secret], however it is printed', () => {
    const { secret } = make()
    const printed = [
      String(secret),
      secret.toString(),
      JSON.stringify({ secret }),
      inspect(secret, { showHidden: true, depth: 9 }),
      inspect({ nested: [secret] }, { depth: 9 }),
    ]
    for (const text of printed) {
      expect(text).toContain('[secret]')
      expect(text).not.toContain(canary)
      expect(text).not.toContain('99, 97, 110')
    }
    expect(Object.keys(secret)).toEqual([])
    expect(JSON.stringify(Object.entries(secret))).not.toContain('99')
  })

  it('lends its bytes and returns what the action gives', () => {
    const { secret } = make()
    expect(secret.length).toBe(canary.length)
    expect(secret.use((bytes) => new TextDecoder().decode(bytes))).toBe(canary)
  })

  it('is erased on dispose, also where the block throws', () => {
    const { bytes, secret } = make()
    expect(() => {
      using held = secret
      held.use(() => {
        throw new RangeError('inside')
      })
    }).toThrow(RangeError)
    expect(bytes).toEqual(new Uint8Array(canary.length))
    expect(secret.length).toBe(0)
    expect(() => secret.use(() => 0)).toThrow('erasure')
  })

  it('is released once, by the function that was given', () => {
    let released = 0
    const bytes = Uint8Array.of(1)
    const secret = new BufferSecret(bytes, (buffer) => {
      expect(buffer).toBe(bytes)
      released += 1
    })
    secret[Symbol.dispose]()
    secret[Symbol.dispose]()
    expect(released).toBe(1)
  })

  it('erases any content', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        new BufferSecret(bytes)[Symbol.dispose]()
        expect(bytes).toEqual(new Uint8Array(bytes.length))
      }),
    )
  })
})
