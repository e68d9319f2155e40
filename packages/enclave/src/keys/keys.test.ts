import { generateKeyPairSync } from 'node:crypto'
import { concat, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { type KeyKind, keyKinds } from '@holdfast/base/chain'
import type { ImportFormat } from '@holdfast/base/requests/wallet-create'
import { base58, createBase58check } from '@scure/base'
import { entropyToMnemonic, mnemonicToSeedSync } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import * as fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { testCrypto, testEntropy } from '../crypto/testing/test-crypto.ts'
import { seedOf } from './bip39/seed.ts'
import { writePhrase } from './bip39/write-phrase.ts'
import { keyPublic } from './derive/account-public.ts'
import { defaultPath } from './derive/default-path.ts'
import { decodeKeyMaterial, encodeKeyMaterial } from './encode.ts'
import { generateKey } from './generate.ts'
import { importKey } from './import/import-key.ts'
import type { KeyMaterial } from './key-material.ts'

const crypto = await testCrypto()
const ports = { crypto, entropy: testEntropy }
const used = crypto.arena().used
// Whatever a test does, and whatever is refused: no slot stays behind.
afterEach(() => expect(crypto.arena().used).toBe(used))
afterAll(() => crypto[Symbol.dispose]())

const bring = (kind: KeyKind, format: ImportFormat, bytes: Uint8Array, phrase?: string) => {
  using secret = crypto.secretFrom(bytes.slice())
  using passphrase = phrase === undefined ? undefined : crypto.secretFrom(utf8(phrase))
  return importKey(
    { kind, format, secret, ...(passphrase === undefined ? {} : { passphrase }) },
    ports,
  )
}
const imported = (...input: Parameters<typeof bring>): KeyMaterial => {
  const result = bring(...input)
  if (!result.ok) throw new Error(result.refusal.code)
  return result.value
}
const codeOf = (...input: Parameters<typeof bring>): string => {
  const result = bring(...input)
  if (!result.ok) return result.refusal.code
  result.value[Symbol.dispose]()
  return 'accepted'
}
const hexOf = (material: KeyMaterial): string => material.secret.use((bytes) => toHex(bytes))

describe('generateKey', () => {
  it('makes keys of every kind that their curve accepts', () => {
    for (const kind of keyKinds) {
      using material = generateKey({ kind }, ports)
      using again = generateKey({ kind }, ports)
      expect(material.provenance).toBe('generated')
      expect(material.secret.length).toBe(32)
      expect(hexOf(material)).not.toBe(hexOf(again))
      if (kind !== 'bip39') expect(keyPublic(material, ports)).toBeDefined()
    }
    using short = generateKey({ kind: 'bip39', words: 12 }, ports)
    expect(short.secret.length).toBe(16)
  })

  it('draws again where the bytes are no scalar', () => {
    const drawn = [0, 0xff, 1]
    const entropy = { ...testEntropy, fill: (buffer: Uint8Array) => buffer.fill(drawn.shift()!) }
    using material = generateKey({ kind: 'secp256k1' }, { crypto, entropy })
    expect(hexOf(material)).toBe('01'.repeat(32))
  })
})

/** github.com/trezor/python-mnemonic vectors.json (MIT), passphrase TREZOR. */
const trezor = [
  [
    '00000000000000000000000000000000',
    `${'abandon '.repeat(11)}about`,
    'c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d182' +
      '64c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04',
  ],
  [
    '7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f',
    'legal winner thank year wave sausage worth useful legal winner thank yellow',
    '2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559' +
      'a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607',
  ],
  [
    '80808080808080808080808080808080',
    'letter advice cage absurd amount doctor acoustic avoid letter advice cage above',
    'd71de856f81a8acc65e6fc851a38d4d7ec216fd0796d0a6827a3ad6ed5511a30fa280f12eb2e47ed' +
      '2ac03b5c462a0358d18d69fe4f985ec81778c1b370b652a8',
  ],
  [
    '0000000000000000000000000000000000000000000000000000000000000000',
    `${'abandon '.repeat(23)}art`,
    'bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd3097170af7a4d73245caf' +
      'a9c3cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8',
  ],
] as const

const abandon = trezor[0][1]

describe('seed phrases', () => {
  it('give the entropy and the seed of the published vectors', () => {
    for (const [entropy, phrase, expected] of trezor) {
      using material = imported('bip39', 'mnemonic', utf8(phrase), 'TREZOR')
      expect(hexOf(material)).toBe(entropy)
      using seed = seedOf(material, crypto)
      expect(seed.use((bytes) => toHex(bytes))).toBe(expected)
      using written = material.secret.use((bytes) => writePhrase(bytes, crypto))
      expect(written.use((bytes) => Buffer.from(bytes).toString())).toBe(phrase)
    }
  })

  it('agree with @scure/bip39 for any entropy and any passphrase', () => {
    const sizes = fc.constantFrom(16, 20, 24, 28, 32)
    const entropies = sizes.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }))
    fc.assert(
      fc.property(entropies, fc.string({ unit: 'grapheme', maxLength: 20 }), (entropy, pass) => {
        const phrase = entropyToMnemonic(entropy, wordlist)
        using material = imported('bip39', 'mnemonic', utf8(phrase), pass)
        expect(hexOf(material)).toBe(toHex(entropy))
        using seed = seedOf(material, crypto)
        expect(seed.use((bytes) => toHex(bytes))).toBe(toHex(mnemonicToSeedSync(phrase, pass)))
      }),
      { numRuns: 15 },
    )
  })

  it('are read whatever the white space and the capitals', () => {
    using material = imported('bip39', 'mnemonic', utf8(` Abandon\t${abandon.slice(8)}\r\n`))
    expect(hexOf(material)).toBe('00'.repeat(16))
  })

  it('are refused with a wrong checksum, word, number of words, kind or passphrase', () => {
    const code = (phrase: string) => codeOf('bip39', 'mnemonic', utf8(phrase))
    expect(code('abandon '.repeat(12))).toBe('bad_checksum')
    expect(code(abandon.replace('about', 'aboux'))).toBe('bad_key')
    expect(code(abandon.replace('about', 'aboutaboutabout'))).toBe('bad_key')
    expect(code('abandon '.repeat(13))).toBe('bad_key')
    expect(code('abandon '.repeat(27))).toBe('bad_key')
    expect(code('')).toBe('bad_key')
    expect(code('x'.repeat(2000))).toBe('bad_key')
    expect(code(`${abandon.slice(0, -5)}\u00e9bout`)).toBe('bad_key')
    expect(codeOf('secp256k1', 'mnemonic', utf8(abandon))).toBe('wrong_curve')
    expect(codeOf('bip39', 'mnemonic', utf8(abandon), 'x'.repeat(1025))).toBe('too_large')
    expect(codeOf('bip39', 'mnemonic', utf8(abandon), '\u00e9'.repeat(500))).toBe('too_large')
    using passphrase = crypto.secretFrom(Uint8Array.of(0xff))
    using secret = crypto.secretFrom(utf8(abandon))
    expect(
      importKey({ kind: 'bip39', format: 'mnemonic', secret, passphrase }, ports),
    ).toMatchObject({ ok: false, refusal: { code: 'invalid_field' } })
  })
})

describe('raw keys', () => {
  it('are taken where the curve has them', () => {
    const key = fromHex('01'.padStart(64, '0'))
    for (const kind of ['secp256k1', 'p256', 'ed25519', 'bip39'] as const) {
      using material = imported(kind, 'raw', key)
      expect([hexOf(material), material.provenance]).toEqual([toHex(key), 'imported'])
    }
    const order = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141')
    expect(codeOf('secp256k1', 'raw', new Uint8Array(32))).toBe('bad_key')
    expect(codeOf('secp256k1', 'raw', order)).toBe('bad_key')
    expect(codeOf('p256', 'raw', new Uint8Array(32).fill(0xff))).toBe('bad_key')
    expect(codeOf('ed25519', 'raw', new Uint8Array(31))).toBe('bad_key')
    expect(codeOf('bip39', 'raw', new Uint8Array(17))).toBe('bad_key')
    expect(codeOf('secp256k1', 'raw', key, 'passphrase')).toBe('invalid_field')
  })

  it('may be the 64 bytes of Solana, whose second half is checked', () => {
    const seed = new Uint8Array(32).fill(7)
    const both = concat(seed, crypto.ed25519.publicKey(seed))
    using material = imported('ed25519', 'raw', both)
    expect(hexOf(material)).toBe(toHex(seed))
    both[63]! ^= 1
    expect(codeOf('ed25519', 'raw', both)).toBe('bad_checksum')
  })
})

describe('the wallet import format', () => {
  const check = createBase58check((bytes: Uint8Array) => crypto.sha256(bytes))
  const wif = (prefix: number, key: Uint8Array, ...flag: number[]) =>
    utf8(check.encode(concat(Uint8Array.of(prefix), key, Uint8Array.from(flag))))

  it('gives the key of a published example', () => {
    // Key 1 on mainnet, compressed (bitcoin.it wiki, "Wallet import format").
    using material = imported(
      'secp256k1',
      'wif',
      utf8('KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn'),
    )
    expect(hexOf(material)).toBe('01'.padStart(64, '0'))
  })

  it('gives any key of any network', () => {
    fc.assert(
      fc.property(fc.constantFrom(0x80, 0xef), (prefix) => {
        using made = generateKey({ kind: 'secp256k1' }, ports)
        const text = made.secret.use((bytes) => wif(prefix, bytes, 1))
        using material = imported('secp256k1', 'wif', text)
        expect(hexOf(material)).toBe(hexOf(made))
      }),
      { numRuns: 10 },
    )
  })

  it('is refused with a wrong checksum, network, flag, digit, length or kind', () => {
    const key = new Uint8Array(32).fill(7)
    const good = wif(0x80, key, 1)
    const changed = good.slice()
    changed[20] = changed[20] === 0x41 ? 0x42 : 0x41
    expect(codeOf('secp256k1', 'wif', changed)).toBe('bad_checksum')
    expect(codeOf('secp256k1', 'wif', wif(0x80, key))).toBe('unsupported')
    expect(codeOf('secp256k1', 'wif', wif(0xb0, key, 1))).toBe('unsupported')
    expect(codeOf('secp256k1', 'wif', wif(0x80, key, 2))).toBe('bad_key')
    expect(codeOf('secp256k1', 'wif', wif(0x80, new Uint8Array(32), 1))).toBe('bad_key')
    expect(codeOf('secp256k1', 'wif', good.subarray(1))).not.toBe('accepted')
    expect(codeOf('secp256k1', 'wif', utf8('0'.repeat(52)))).toBe('bad_key')
    expect(codeOf('secp256k1', 'wif', utf8('z'.repeat(52)))).toBe('bad_key')
    expect(codeOf('secp256k1', 'wif', utf8(base58.encode(key)))).toBe('bad_key')
    expect(codeOf('p256', 'wif', good)).toBe('wrong_curve')
  })
})

describe('PKCS#8', () => {
  const der = (curve: 'secp256k1' | 'P-256' | 'Ed25519') => {
    const pair =
      curve === 'Ed25519'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: curve })
    const bytes = new Uint8Array(pair.privateKey.export({ format: 'der', type: 'pkcs8' }))
    const jwk = pair.privateKey.export({ format: 'jwk' })
    return { bytes, key: Buffer.from(jwk.d!, 'base64url').toString('hex') }
  }
  const kinds = [
    ['secp256k1', 'secp256k1'],
    ['p256', 'P-256'],
    ['ed25519', 'Ed25519'],
  ] as const

  it('is read as OpenSSL writes it, on its own curve only', () => {
    for (const [kind, curve] of kinds) {
      const { bytes, key } = der(curve)
      using material = imported(kind, 'pkcs8', bytes)
      expect(hexOf(material)).toBe(key)
      for (const other of keyKinds.filter((one) => one !== kind)) {
        expect(codeOf(other, 'pkcs8', bytes)).toBe('wrong_curve')
      }
    }
  })

  it('is refused with a public key of another key', () => {
    const { bytes } = der('secp256k1')
    bytes[40]! ^= 1
    expect(['bad_checksum', 'bad_key']).toContain(codeOf('secp256k1', 'pkcs8', bytes))
  })

  it('is refused where it names two curves', () => {
    // RFC 5915 inside with parameters of P-256, RFC 5208 outside with those of secp256k1.
    const inside = `30310201010420${'07'.repeat(32)}a00a06082a8648ce3d030107`
    const outer = `020100301006072a8648ce3d020106052b8104000a0433${inside}`
    const bytes = fromHex(`30${(outer.length / 2).toString(16)}${outer}`)
    expect(codeOf('secp256k1', 'pkcs8', bytes)).toBe('wrong_curve')
  })

  it('is refused for other algorithms and whenever it is cut or changed', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
    const other = new Uint8Array(rsa.export({ format: 'der', type: 'pkcs8' }))
    expect(codeOf('secp256k1', 'pkcs8', other.subarray(0, 1024))).not.toBe('accepted')
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
    const wide = new Uint8Array(p384.export({ format: 'der', type: 'pkcs8' }))
    expect(codeOf('p256', 'pkcs8', wide)).toBe('unsupported')
    for (const [kind, curve] of kinds) {
      const { bytes } = der(curve)
      for (let end = 0; end < bytes.length; end += 1) {
        expect(codeOf(kind, 'pkcs8', bytes.subarray(0, end))).toBe('malformed')
      }
      expect(codeOf(kind, 'pkcs8', concat(bytes, Uint8Array.of(0)))).toBe('malformed')
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        expect(codeOf('secp256k1', 'pkcs8', bytes)).not.toBe('accepted')
      }),
    )
  })
})

describe('the encoding of a key', () => {
  it('reads back what it wrote, and clears it', () => {
    for (const kind of keyKinds) {
      using material = generateKey({ kind }, ports)
      using encoded = encodeKeyMaterial(material, crypto)
      const bytes = encoded.use((view) => Uint8Array.from(view))
      using decoded = decodeKeyMaterial(bytes, crypto)
      expect(hexOf(decoded)).toBe(hexOf(material))
      expect([decoded.kind, decoded.provenance]).toEqual([kind, 'generated'])
      expect(bytes).toEqual(new Uint8Array(bytes.length))
    }
    using phrase = imported('bip39', 'mnemonic', utf8(abandon), 'TREZOR')
    using encoded = encodeKeyMaterial(phrase, crypto)
    using decoded = encoded.use((view) => decodeKeyMaterial(view.slice(), crypto))
    expect(decoded.passphrase?.use((view) => Buffer.from(view).toString())).toBe('TREZOR')
    expect(decoded.provenance).toBe('imported')
  })

  it('keeps its layout: records outlive the program', () => {
    using material = imported('bip39', 'raw', new Uint8Array(16).fill(9), 'p')
    using encoded = encodeKeyMaterial(material, crypto)
    expect(encoded.use((view) => toHex(view))).toBe(`010402100001${'09'.repeat(16)}70`)
  })

  it('refuses what it did not write', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => decodeKeyMaterial(bytes, crypto)).toThrow('malformed')
      }),
    )
    const wrong = [`010201200001${'09'.repeat(32)}70`, `010201100000${'09'.repeat(16)}`]
    for (const text of wrong) {
      expect(() => decodeKeyMaterial(fromHex(text), crypto)).toThrow('malformed')
    }
  })
})

it('names the default path of each chain, script and network', () => {
  expect(defaultPath({ chain: 'ethereum', index: 3 })).toBe("m/44'/60'/0'/0/3")
  expect(defaultPath({ chain: 'solana', index: 3 })).toBe("m/44'/501'/3'/0'")
  expect(defaultPath({ chain: 'bitcoin' })).toBe("m/84'/0'/0'")
  expect(defaultPath({ chain: 'bitcoin', script: 'p2pkh' })).toBe("m/44'/0'/0'")
  expect(defaultPath({ chain: 'bitcoin', script: 'p2sh-p2wpkh' })).toBe("m/49'/0'/0'")
  const test = { chain: 'bitcoin', script: 'p2tr', network: 'testnet', index: 2 } as const
  expect(defaultPath(test)).toBe("m/86'/1'/2'")
})
