import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toBase64Url, utf8 } from '../bytes.ts'
import { RefusalError } from '../errors.ts'
import { requestBytesMax } from '../limits.ts'
import { nearlyBytes, wrongInOnePlace } from '../testing/nearly.ts'
import { parseRequest, type Request, rereadRequest } from './request.ts'

const header = { mesh: `mesh_${'ab'.repeat(32)}`, expiresAt: '2026-11-22T12:00:00Z' }
const wallet = `wal_0000${'cd'.repeat(20)}`
const key = `key_${'12'.repeat(16)}`
const account = `acc_${'34'.repeat(16)}`
const credential = `crd_${'56'.repeat(16)}`
const seen = { epoch: 1, version: 2 }
const sealed = {
  boot: `boot_${'78'.repeat(16)}`,
  sealingKey: toBase64Url(new Uint8Array(32).fill(9)),
  encapsulation: 'AAAA',
  ciphertext: 'BBBB',
}

const creation = {
  operation: 'wallet.create',
  ...header,
  nonce: 'ab'.repeat(16),
  cell: 0,
  home: 'eu-west',
  name: 'treasury',
  placement: {
    constraints: {
      regions: ['eu-west'],
      withinKm: { latitude: 1, longitude: 2, km: 3 },
      minLevel: 1,
      sameLevel: true,
      copies: 1,
    },
    zones: ['eu-west'],
    durability: 1,
  },
  staleAfterMs: 5000,
  persons: [{ id: 'owner', name: 'Ada', owner: true }],
  credentials: [
    {
      id: credential,
      person: 'owner',
      kind: 'api-key',
      algorithm: 'ed25519',
      publicKey: 'AAAA',
      name: 'laptop',
      expiresAt: '2027-01-01T00:00:00Z',
    },
  ],
  policy: {
    format: 'holdfast policy v1',
    rules: [
      {
        id: 'sign',
        effect: 'allow',
        operations: ['sign'],
        persons: ['owner'],
        kinds: ['api-key'],
        quorum: 1,
        proof: 'request',
        when: { chains: ['ethereum'], maxAmount: '10', effects: ['transfer'] },
      },
    ],
  },
  keys: [
    {
      name: 'made',
      kind: 'bip39',
      source: { type: 'generate', words: 12 },
      accounts: [{ chain: 'bitcoin', path: "m/84'/0'/0'", script: 'p2wpkh', network: 'mainnet' }],
    },
    {
      name: 'brought',
      kind: 'secp256k1',
      source: { type: 'import', format: 'raw', sealed },
      accounts: [],
    },
  ],
}
const signing = (payload: object) => ({
  operation: 'sign',
  ...header,
  wallet,
  account,
  intent: `int_${'9a'.repeat(16)}`,
  seen,
  payload,
})
const requests: readonly object[] = [
  creation,
  { operation: 'wallet.show', ...header, wallet, seen },
  { operation: 'wallet.list', ...header, after: wallet, limit: 10 },
  signing({ kind: 'ethereum.transaction', transaction: '02c0' }),
  signing({ kind: 'ethereum.message', message: 'ab' }),
  signing({ kind: 'bitcoin.psbt', psbt: 'cHNidP8' }),
  signing({ kind: 'solana.message', message: 'AAAA' }),
  signing({ kind: 'raw', key, algorithm: 'ed25519', data: 'ab' }),
  signing({
    kind: 'ethereum.authorization',
    chainId: '1',
    address: 'ab'.repeat(20),
    nonce: '7',
  }),
  {
    operation: 'wallet.backup',
    ...header,
    wallet,
    base: seen,
    threshold: 2,
    guardians: [
      { name: 'Ada', publicKey: 'A'.repeat(43) },
      { name: 'Bob', publicKey: 'B'.repeat(43) },
    ],
  },
  {
    operation: 'wallet.recover',
    ...header,
    wallet,
    base: seen,
    credentials: creation.credentials,
    remove: [credential],
  },
  { operation: 'key.export', ...header, wallet, base: seen, key, recipient: 'A'.repeat(43) },
  { operation: 'export.fetch', ...header, wallet, export: 'ab'.repeat(32), seen },
  {
    operation: 'audit.show',
    ...header,
    wallet,
    zone: 'eu-west',
    from: { boot: sealed.boot, index: 3 },
  },
  {
    operation: 'backup.prove',
    ...header,
    wallet,
    base: seen,
    set: 'de'.repeat(16),
    shares: [sealed, sealed],
  },
]
const bytesOf = (value: unknown) => utf8(JSON.stringify(value))

/** The request, or the code by which it is refused; any other error passes. */
const read = (bytes: Uint8Array): Request | string => {
  try {
    return parseRequest(bytes)
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code
    throw error
  }
}

describe.each(requests.map((value) => ({ value, text: JSON.stringify(value).slice(0, 40) })))(
  'a request $text',
  ({ value }) => {
    it('is read as it was written', () => {
      expect(parseRequest(bytesOf(value))).toEqual(value)
    })

    it('is refused with one field that is unknown or of another type, wherever it stands', () => {
      for (const [path, wrong] of wrongInOnePlace(value)) {
        expect(read(bytesOf(wrong)), path).toBe('invalid_field')
      }
    })

    it('that is nearly one is refused, or is another whose second reading is the same', () => {
      fc.assert(
        fc.property(nearlyBytes(bytesOf(value)), (bytes) => {
          const result = read(bytes)
          if (typeof result === 'string') expect(['malformed', 'invalid_field']).toContain(result)
          else expect(rereadRequest(bytes)).toEqual(result)
        }),
        { numRuns: 200 },
      )
    })
  },
)

describe('bytes that are no request', () => {
  it('are refused over the limit before they are read', () => {
    expect(read(new Uint8Array(requestBytesMax + 1))).toBe('too_large')
  })
})
