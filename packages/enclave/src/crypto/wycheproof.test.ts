import { createHash } from 'node:crypto'
import { concat, fromHex } from '@holdfast/base/bytes'
import { afterAll, describe, expect, it } from 'vitest'
import { createCrypto } from './create-crypto.ts'
import { findSecp256k1Library } from './secp256k1-library.ts'
import { testEntropy } from './testing/test-crypto.ts'

const found = findSecp256k1Library()
found?.[Symbol.dispose]()
const choices = found === undefined ? (['wasm'] as const) : (['koffi', 'wasm'] as const)
const ports = await Promise.all(
  choices.map((secp256k1) =>
    createCrypto({
      entropy: testEntropy,
      secp256k1,
      arena: [{ slotBytes: 1024, slots: 32 }],
    }),
  ),
)
afterAll(() => ports.forEach((port) => port[Symbol.dispose]()))

const message = fromHex('313233343030')
const digest = new Uint8Array(createHash('sha256').update(message).digest())
const wide = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'))

/**
 * Project Wycheproof (github.com/C2SP/wycheproof, Apache-2.0, commit 2f387d26),
 * ecdsa_secp256k1_sha256_p1363_test.json: the first group's key, its tests 1 to 8, and the grid of
 * special values for r and s that its tests from 9 on walk through.
 */
const publicKey = fromHex(
  '04b838ff44e5bc177bf21189d0766082fc9d843226887fc9760371100b7ee20a6f' +
    'f0c9d75bfba7b31a6bca1974496eeb56de357071955d83c4b1badaa0b21832e9',
)
const r = '813ef79ccefa9a56f7ba805f0e478584fe5f0dd5f567bc09b5123ccbc9832365'
const highS = '900e75ad233fcc908509dbff5922647db37c21f4afd3203ae8dc4ae7794b0f87'
const lowS = '6ff18a52dcc0336f7af62400a6dd9b810732baf1ff758000d6f613a556eb31ba'
const modified = [
  '01813ef79ccefa9a56f7ba805f0e478583b90deabca4b05c4574e49b5899b964a600' + lowS,
  `7ec10863310565a908457fa0f1b87a79bc4fcf10b9e0e4320ac021c106b31ddc${lowS}`,
  `01${r}00${lowS}`,
  `7ec10863310565a908457fa0f1b87a7b01a0f22a0a9843f64aedc334367cdc9b${lowS}`,
  `00${r}016ff18a52dcc0336f7af62400a6dd9b7fc1e197d8aebe203c96c87232272172fb`,
  `00${r}01${lowS}`,
  `${r}900e75ad233fcc908509dbff5922647ef8cd450e008a7fff2909ec5aa914ce46`,
]

const curves = {
  secp256k1: {
    order: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
    field: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn,
  },
  p256: {
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    field: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  },
}
const grid = ({ order, field }: typeof curves.p256): Uint8Array[] => {
  const values = [0n, 1n, order - 1n, order, order + 1n, field, field + 1n].map(wide)
  return values.flatMap((left) => values.map((right) => concat(left, right)))
}

describe.each(ports.map((port) => [port.secp256k1.backend, port] as const))('%s', (_, port) => {
  it('takes the signature with low s and refuses its twin (BIP-146)', () => {
    const verify = (text: string) =>
      port.secp256k1.verify({ digest, signature: fromHex(text), publicKey })
    expect(verify(r + lowS)).toBe(true)
    expect(verify(r + highS)).toBe(false)
  })

  it('refuses r and s that were modified by the order or lengthened', () => {
    for (const text of modified) {
      const signature = fromHex(text)
      expect(port.secp256k1.verify({ digest, signature, publicKey }), text).toBe(false)
    }
  })

  it('refuses special values of r and s', () => {
    expect(grid(curves.secp256k1)).toHaveLength(49)
    for (const signature of grid(curves.secp256k1)) {
      expect(port.secp256k1.verify({ digest, signature, publicKey })).toBe(false)
    }
  })
})

describe('P-256', () => {
  it('refuses special values of r and s', () => {
    const [port] = ports
    const { p256 } = port!
    const own = p256.publicKey(new Uint8Array(32).fill(7))
    for (const signature of grid(curves.p256)) {
      expect(p256.verifyDigest({ digest, signature, publicKey: own })).toBe(false)
    }
  })
})
