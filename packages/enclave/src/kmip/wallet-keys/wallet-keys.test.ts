import { type Bytes, concat, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import type { KeyRequest } from '@holdfast/base/requests/wallet-create'
import type { Account } from '@holdfast/base/wallet'
import { type ResponsePayload, versions } from '@holdfast/kmip'
import { ed25519 } from '@noble/curves/ed25519.js'
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import * as btc from '@scure/btc-signer'
import { recoverMessageAddress, serializeTransaction } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unsignedTransfer } from '../../testing/core-world.ts'
import {
  createKmipWorld,
  importedKey,
  type KmipAnswer,
  type KmipWorld,
  kmipRules,
  rawRule,
} from '../../testing/kmip-world.ts'
import { createTestMesh, type TestMesh } from '../../testing/test-mesh.ts'
import { extensionValues } from '../extensions.ts'

let mesh: TestMesh
let strict: KmipWorld
let raw: KmipWorld

const single = new Uint8Array(32).fill(0x41)
const phrase = utf8('legal winner thank year wave sausage worth useful legal winner thank yellow')
const keys = (): KeyRequest[] => [
  importedKey(mesh, {
    name: 'single',
    kind: 'secp256k1',
    format: 'raw',
    secret: single,
    accounts: [{ chain: 'ethereum' }, { chain: 'bitcoin' }],
  }),
  importedKey(mesh, {
    name: 'phrase',
    kind: 'bip39',
    format: 'mnemonic',
    secret: phrase,
    accounts: [{ chain: 'ethereum' }, { chain: 'bitcoin' }, { chain: 'solana' }],
  }),
  { name: 'alone', kind: 'p256', source: { type: 'generate' }, accounts: [] },
]

beforeAll(async () => {
  mesh = await createTestMesh({ zones: ['eu-west', 'us-east'] })
  strict = await createKmipWorld(mesh, { rules: kmipRules, keys: keys() })
  raw = await createKmipWorld(mesh, { rules: [...kmipRules, rawRule], keys: keys() })
})
afterAll(() => mesh.stop())

const accountOf = ({ wallet }: KmipWorld, chain: string, place = 0): Account =>
  wallet.accounts.filter((one) => one.chain === chain)[place]!

type Answered = KmipAnswer<'Sign'>
const signatureOf = (answer: Answered): Bytes => {
  if (!answer.ok) throw new Error(answer.reason)
  return answer.payload.signatureData!
}
const reasonOf = (answer: KmipAnswer<never>): string => (answer.ok ? 'ok' : answer.reason)

const attributeOf = (answer: KmipAnswer<'GetAttributes'>, name: string): unknown => {
  if (!answer.ok) throw new Error(answer.reason)
  return answer.payload.attributes?.find((one) => one.name === name)?.value
}

const located = (answer: KmipAnswer<'Locate'>): readonly string[] => {
  if (!answer.ok) throw new Error(answer.reason)
  return answer.payload.uniqueIdentifiers ?? []
}

/** A signature in DER with low S, of one of our keys. */
const verifies = (der: Bytes, digest: Bytes, publicKey: string): boolean =>
  secp256k1.verify(der, digest, fromHex(publicKey), {
    prehash: false,
    format: 'der',
    lowS: true,
  })

describe('the keys of a wallet as managed objects', () => {
  it('are found in every version: a private and a public half of each account', async () => {
    for (const version of versions) {
      const identifiers = located(await strict.ask(version, 'Locate', {}))
      const halves = strict.wallet.accounts.flatMap(({ id }) => [id, `${id}-public`])
      expect(identifiers).toEqual(expect.arrayContaining(halves))
      expect(identifiers).toHaveLength(halves.length + 2)
      const { address, id } = accountOf(strict, 'ethereum')
      const name = { nameValue: address, nameType: 'UninterpretedTextString' } as const
      const byName = await strict.ask(version, 'Locate', {
        attributes: [{ name: 'Name', value: name }],
      })
      expect(located(byName)).toEqual([id])
      const list = await strict.ask(version, 'GetAttributeList', { uniqueIdentifier: id })
      expect(list.ok).toBe(true)
    }
  })

  it('say of themselves what the version has words for', async () => {
    const { id } = accountOf(strict, 'ethereum')
    const ask = (version: (typeof versions)[number]) =>
      strict.ask(version, 'GetAttributes', { uniqueIdentifier: id })
    const newest = await ask('2.1')
    expect(attributeOf(newest, 'ObjectType')).toBe('PrivateKey')
    expect(attributeOf(newest, 'State')).toBe('Active')
    expect(attributeOf(newest, 'CryptographicAlgorithm')).toBe('EC')
    expect(attributeOf(newest, 'CryptographicDomainParameters')).toMatchObject({
      recommendedCurve: 'SECP256K1',
    })
    expect(attributeOf(newest, 'Sensitive')).toBe(true)
    expect(attributeOf(newest, 'AlwaysSensitive')).toBe(true)
    expect(attributeOf(newest, 'Extractable')).toBe(false)
    expect(attributeOf(newest, 'NeverExtractable')).toBe(true)
    expect(attributeOf(newest, 'Link')).toMatchObject({
      linkType: 'PublicKeyLink',
      linkedObjectIdentifier: `${id}-public`,
    })
    const oldest = await ask('1.0')
    expect(attributeOf(oldest, 'CryptographicAlgorithm')).toBe('ECDSA')
    expect(attributeOf(oldest, 'CryptographicDomainParameters')).toBeUndefined()
    expect(attributeOf(oldest, 'Sensitive')).toBeUndefined()
    const solana = { uniqueIdentifier: accountOf(strict, 'solana').id }
    const edwards = (version: '1.4' | '2.0') => strict.ask(version, 'GetAttributes', solana)
    expect(attributeOf(await edwards('2.0'), 'CryptographicAlgorithm')).toBe('Ed25519')
    expect(attributeOf(await edwards('1.4'), 'CryptographicAlgorithm')).toBe(
      extensionValues.algorithms.ed25519,
    )
  })

  it('give the public half, which is that of the address', async () => {
    const phraseBitcoin = accountOf(strict, 'bitcoin', 1)
    for (const version of versions) {
      const answer = await strict.ask(version, 'Get', {
        uniqueIdentifier: `${phraseBitcoin.id}-public`,
      })
      if (!answer.ok) throw new Error(answer.reason)
      const point = spkiPoint(answer.payload)
      expect(btc.p2wpkh(secp256k1.Point.fromBytes(point).toBytes(true)).address).toBe(
        phraseBitcoin.address,
      )
    }
  })

  it('are of one wallet: to another they do not exist', async () => {
    const { id } = accountOf(raw, 'ethereum')
    const answer = await strict.ask('2.1', 'GetAttributes', { uniqueIdentifier: id })
    expect(reasonOf(answer as never)).toBe('ObjectNotFound')
    expect(located(await strict.ask('2.1', 'Locate', {}))).not.toContain(id)
    const signed = await strict.ask('1.4', 'Sign', {
      uniqueIdentifier: id,
      data: fromHex(unsignedTransfer()),
    })
    expect(reasonOf(signed as never)).toBe('ItemNotFound')
  })
})

/** The last 65 bytes of an SPKI on secp256k1 are its point. */
const spkiPoint = ({ object }: ResponsePayload<'Get'>): Bytes => {
  if (object.type !== 'PublicKey') throw new Error('another object')
  const value = object.value.keyBlock.keyValue
  if (value === undefined || value instanceof Uint8Array) throw new Error('wrapped')
  if (!(value.keyMaterial instanceof Uint8Array)) throw new Error('transparent')
  return value.keyMaterial.slice(-65)
}

describe('Sign with a transaction or a message', () => {
  const sign = (world: KmipWorld, uniqueIdentifier: string, data: Bytes, parameters = {}) =>
    world.ask('2.1', 'Sign', { uniqueIdentifier, data, cryptographicParameters: parameters })

  it('signs an Ethereum transaction of the account, in DER with low S', async () => {
    for (const place of [0, 1]) {
      const account = accountOf(strict, 'ethereum', place)
      const legacy = fromHex(
        serializeTransaction({
          chainId: 31337,
          nonce: 5,
          to: account.address as `0x${string}`,
          value: 7n,
          gas: 21_000n,
          gasPrice: 10n,
        }).slice(2),
      )
      for (const data of [fromHex(unsignedTransfer()), legacy]) {
        const der = signatureOf(await sign(strict, account.id, data))
        expect(verifies(der, keccak_256(data), account.publicKey)).toBe(true)
        const recoverable = signatureOf(
          await sign(strict, account.id, data, {
            digitalSignatureAlgorithm: extensionValues.signatures.recoverableEcdsa,
          }),
        )
        expect(recoverable).toHaveLength(65)
        const signature = secp256k1.Signature.fromBytes(recoverable.slice(0, 64), 'compact')
        const point = signature.addRecoveryBit(recoverable[64]!).recoverPublicKey(keccak_256(data))
        expect(toHex(point.toBytes(true))).toBe(account.publicKey)
      }
    }
  })

  it('signs a message behind its prefix, and no message whose length is another', async () => {
    const account = accountOf(strict, 'ethereum')
    const prefixed = (length: string, text: string) =>
      concat(utf8(`\u0019Ethereum Signed Message:\n${length}`), utf8(text))
    const answer = await sign(strict, account.id, prefixed('12', '3 bananas, 4'), {
      digitalSignatureAlgorithm: extensionValues.signatures.recoverableEcdsa,
    })
    const signature = signatureOf(answer)
    const compact = `0x${toHex(signature.slice(0, 64))}${toHex(Uint8Array.of(signature[64]! + 27))}`
    expect(
      await recoverMessageAddress({ message: '3 bananas, 4', signature: compact as `0x${string}` }),
    ).toBe(account.address)
    for (const data of [prefixed('11', '3 bananas, 4'), prefixed('012', '3 bananas, 4')]) {
      expect(reasonOf((await sign(strict, account.id, data)) as never)).toBe('PermissionDenied')
    }
  })

  it('answers a PSBT with the signed PSBT', async () => {
    const account = accountOf(strict, 'bitcoin')
    const payment = btc.p2wpkh(fromHex(account.publicKey))
    const unsigned = new btc.Transaction()
    const funding = new btc.Transaction({ allowUnknownInputs: true })
    funding.addInput({ txid: new Uint8Array(32).fill(1), index: 0 })
    funding.addOutput({ script: payment.script, amount: 50_000n })
    unsigned.addInput({
      txid: funding.id,
      index: 0,
      witnessUtxo: { script: payment.script, amount: 50_000n },
      nonWitnessUtxo: funding.toBytes(true, false),
    })
    unsigned.addOutput({ script: payment.script, amount: 40_000n })
    const answer = signatureOf(await sign(strict, account.id, unsigned.toPSBT()))
    const signed = btc.Transaction.fromPSBT(answer)
    const [key, signature] = signed.getInput(0).partialSig?.[0] ?? []
    const digest = unsigned.preimageWitnessV0(
      0,
      btc.p2pkh(fromHex(account.publicKey)).script,
      1,
      50_000n,
    )
    if (key === undefined || signature === undefined) {
      signed.finalize()
      expect(signed.hex.length).toBeGreaterThan(0)
      return
    }
    expect(toHex(key)).toBe(account.publicKey)
    expect(verifies(signature.slice(0, -1), digest, account.publicKey)).toBe(true)
  })

  it('signs what Solana prefixes as no transaction, in 64 bytes', async () => {
    const account = accountOf(strict, 'solana')
    const text = utf8('hello')
    const preamble = concat(
      Uint8Array.of(0xff),
      utf8('solana offchain'),
      new Uint8Array(34),
      Uint8Array.of(1),
      fromHex(account.publicKey),
      Uint8Array.of(text.length, 0),
    )
    const data = concat(preamble, text)
    const signature = signatureOf(await sign(strict, account.id, data))
    expect(ed25519.verify(signature, data, fromHex(account.publicKey))).toBe(true)
    const other = Uint8Array.from(data)
    other[40] = other[40]! ^ 1
    expect(reasonOf((await sign(strict, account.id, other)) as never)).toBe('PermissionDenied')
  })

  it('keeps to the policy of the wallet, by the person of the certificate', async () => {
    const large = serializeTransaction({
      type: 'eip1559',
      chainId: 31337,
      to: '0x00000000000000000000000000000000000000aa',
      value: 1_000_000_001n,
      gas: 21_000n,
      maxFeePerGas: 10n,
    }).slice(2)
    const answer = await sign(strict, accountOf(strict, 'ethereum').id, fromHex(large))
    expect(reasonOf(answer as never)).toBe('PermissionDenied')
    const owners = await createKmipWorld(mesh, { rules: kmipRules.slice(0, 1), keys: keys() })
    const transfer = fromHex(unsignedTransfer())
    const unnamed = await sign(owners, accountOf(owners, 'ethereum').id, transfer)
    expect(reasonOf(unnamed as never)).toBe('PermissionDenied')
  })
})

describe('raw use', () => {
  const digest = sha256(utf8('what no one can read'))
  const uses = (world: KmipWorld, chain: string, place = 0) => {
    const uniqueIdentifier = accountOf(world, chain, place).id
    return {
      data: (data: Bytes, cryptographicParameters = {}) =>
        world.ask('2.1', 'Sign', { uniqueIdentifier, data, cryptographicParameters }),
      digest: (digestedData: Bytes, cryptographicParameters = {}) =>
        world.ask('1.4', 'Sign', { uniqueIdentifier, digestedData, cryptographicParameters }),
    }
  }

  it('is denied unless a rule names it, whatever the chain and the form', async () => {
    for (const chain of ['ethereum', 'bitcoin']) {
      for (const place of [0, 1]) {
        const use = uses(strict, chain, place)
        const answers = [
          await use.data(digest, { digitalSignatureAlgorithm: 'ECDSAWithSHA256' }),
          await use.data(digest),
          await use.digest(digest),
          await use.digest(digest, {
            digitalSignatureAlgorithm: extensionValues.signatures.bip340,
          }),
        ]
        for (const answer of answers) expect(reasonOf(answer as never)).toBe('PermissionDenied')
      }
    }
    const solana = await uses(strict, 'solana').data(digest)
    expect(reasonOf(solana as never)).toBe('PermissionDenied')
    const alone = strict.wallet.keys.find(({ kind }) => kind === 'p256')!.id
    const answer = await strict.ask('2.1', 'Sign', { uniqueIdentifier: alone, data: digest })
    expect(reasonOf(answer as never)).toBe('PermissionDenied')
  })

  it('signs the hash of data, or a digest, where a rule names it', async () => {
    for (const place of [0, 1]) {
      const { publicKey } = accountOf(raw, 'ethereum', place)
      const use = uses(raw, 'ethereum', place)
      const bySha = await use.data(digest, { digitalSignatureAlgorithm: 'ECDSAWithSHA256' })
      expect(verifies(signatureOf(bySha), sha256(digest), publicKey)).toBe(true)
      const byKeccak = await use.data(digest, {
        hashingAlgorithm: extensionValues.hashes.keccak256,
      })
      expect(verifies(signatureOf(byKeccak), keccak_256(digest), publicKey)).toBe(true)
      expect(verifies(signatureOf(await use.digest(digest)), digest, publicKey)).toBe(true)
      const bip340 = await use.digest(digest, {
        digitalSignatureAlgorithm: extensionValues.signatures.bip340,
      })
      expect(schnorr.verify(signatureOf(bip340), digest, fromHex(publicKey).slice(1))).toBe(true)
    }
    const { publicKey } = accountOf(raw, 'solana')
    const edwards = signatureOf(await uses(raw, 'solana').data(digest))
    expect(ed25519.verify(edwards, digest, fromHex(publicKey))).toBe(true)
  })

  it('is never of an account of many addresses, nor of a stream', async () => {
    const answer = await uses(raw, 'bitcoin', 1).data(digest)
    expect(reasonOf(answer as never)).toBe('PermissionDenied')
    const stream = await raw.ask('2.1', 'Sign', {
      uniqueIdentifier: accountOf(raw, 'ethereum').id,
      data: digest,
      initIndicator: true,
    })
    expect(reasonOf(stream as never)).toBe('PermissionDenied')
  })
})
