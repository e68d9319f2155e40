import { createPublicKey, verify } from 'node:crypto'
import { fromHex } from '@holdfast/base/bytes'
import { bitcoinNetworks } from '@holdfast/base/chain'
import {
  type Client,
  type PlacementConstraints,
  senderOfTransaction,
  type Wallet,
  ZoneId,
} from '@holdfast/sdk'
import { base58 } from '@scure/base'
import { HDKey } from '@scure/bip32'
import * as btc from '@scure/btc-signer'
import { computeAddress } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { inventoryOf, storeNames } from '../support/store-names.ts'
import {
  accountOf,
  createEthereum,
  generated,
  refusalOf,
  transfer,
  whenSettled,
} from '../support/wallets.ts'

let mesh: TestMesh
let client: Client
beforeAll(async () => {
  mesh = await startMesh()
  client = await mesh.connect()
}, 120_000)
afterAll(() => mesh?.stop())

const allKinds = [
  generated('secp256k1', { chain: 'ethereum' }),
  generated('ed25519', { chain: 'solana' }),
  generated('p256'),
  generated(
    'bip39',
    { chain: 'ethereum' },
    { chain: 'bitcoin', script: 'p2wpkh' },
    { chain: 'bitcoin', script: 'p2tr' },
    { chain: 'solana' },
  ),
]

describe('a wallet made in the mesh', () => {
  let wallet: Wallet
  beforeAll(async () => {
    wallet = (await client.createWallet({ name: 'all kinds', keys: allKinds })).wallet
  })

  it('has keys of every kind, generated inside', () => {
    expect(wallet.keys.map(({ kind, provenance }) => [kind, provenance])).toEqual([
      ['secp256k1', 'generated'],
      ['ed25519', 'generated'],
      ['p256', 'generated'],
      ['bip39', 'generated'],
    ])
    expect(wallet.accounts).toHaveLength(6)
  })

  it('shows the addresses that other libraries make of its public keys', () => {
    const { mainnet } = bitcoinNetworks
    for (const account of wallet.accounts) {
      const publicKey = fromHex(account.publicKey)
      if (account.chain === 'ethereum') {
        expect(account.address).toBe(computeAddress(`0x${account.publicKey}`))
      } else if (account.chain === 'solana') {
        expect(account.address).toBe(base58.encode(publicKey))
      } else {
        const chainCode = fromHex(account.chainCode!)
        const first = new HDKey({ publicKey, chainCode }).deriveChild(0).deriveChild(0).publicKey!
        const paid =
          account.script === 'p2tr'
            ? btc.p2tr(first.slice(1), undefined, mainnet)
            : btc.p2wpkh(first, mainnet)
        expect(account.address).toBe(paid.address)
      }
    }
  })

  it('denies raw use of its P-256 key, which no chain decodes', async () => {
    const key = wallet.keys.find(({ kind }) => kind === 'p256')!
    const raw = {
      kind: 'raw',
      key: key.id,
      algorithm: 'ecdsa-p256',
      data: 'ab'.repeat(32),
    } as const
    expect(await refusalOf(client.sign({ wallet: wallet.id }, raw))).toBe('raw_use_denied')
  })

  it('allows raw use where its policy names it', async () => {
    const keys = [generated('ed25519')]
    const open = (await client.createWallet({ name: 'raw', keys, allowUndecoded: true })).wallet
    const [key] = open.keys
    const raw = { kind: 'raw', key: key!.id, algorithm: 'ed25519', data: 'cd'.repeat(40) } as const
    const { signed } = await client.sign({ wallet: open.id }, raw)
    if (signed.kind !== 'raw.signature') throw new Error('another kind')
    const x = Buffer.from(key!.publicKey!, 'hex').toString('base64url')
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    const data = fromHex(raw.data)
    expect(verify(null, data, publicKey, fromHex(signed.signature))).toBe(true)
  })

  it('signs by a key of its own and by a derived one', async () => {
    for (const account of wallet.accounts.filter(({ chain }) => chain === 'ethereum')) {
      const { signed } = await client.sign({ wallet: wallet.id, account: account.id }, transfer())
      if (signed.kind !== 'ethereum.transaction') throw new Error('another kind')
      expect(senderOfTransaction(fromHex(signed.transaction))).toBe(account.address)
    }
  })
})

const inventories = () => mesh.nodes.map(({ dir }) => inventoryOf(dir))

describe('a placement', () => {
  const [eu, us, ap] = [ZoneId('eu-west'), ZoneId('us-east'), ZoneId('ap-south')]
  const dublin = { latitude: 53.35, longitude: -6.26 }
  const singapore = { latitude: 1.35, longitude: 103.82 }

  const rules: readonly (readonly [string, ZoneId, PlacementConstraints, readonly ZoneId[]])[] = [
    ['all zones', eu, {}, [eu, us, ap]],
    ['the named regions', ap, { regions: [ap, us] }, [us, ap]],
    ['6,000 km around Dublin', eu, { withinKm: { ...dublin, km: 6000 } }, [eu, us]],
    ['1,000 km around Singapore', ap, { withinKm: { ...singapore, km: 1000 } }, [ap]],
    ["the home's level", us, { sameLevel: true }, [eu, us]],
    ['level 2 and above', eu, { minLevel: 2 }, [eu, us]],
    ['two copies, the nearest to home', eu, { copies: 2 }, [eu, us]],
  ]

  it.each(rules)(
    'of %s is what the stores hold, and no other',
    async (_name, home, rule, zones) => {
      const durability = Math.min(2, zones.length)
      const wallet = await createEthereum(client, { home, placement: rule, durability })
      expect(wallet.placement.zones.toSorted()).toEqual(zones.toSorted())
      const records = [`wallet/${wallet.id}`, ...wallet.keys.map(({ id }) => `object/${id}`)]
      for (const node of mesh.nodes) {
        const names = () => inventoryOf(node.dir)
        if (zones.some((zone) => zone === node.zone)) {
          await expect.poll(names).toEqual(expect.arrayContaining(records))
        } else {
          const ids = [wallet.id, ...wallet.keys.map(({ id }) => id)]
          const found = storeNames(node.dir).filter((name) => ids.some((id) => name.includes(id)))
          expect(found, node.zone).toEqual([])
        }
      }
      const { receipt } = await client.sign(
        { wallet: wallet.id, account: accountOf(wallet, 'ethereum').id },
        transfer(),
      )
      expect(zones).toContain(receipt.node.zone)
    },
  )

  it('that too few zones fulfil is refused, and nothing is stored', async () => {
    await whenSettled(client)
    const before = inventories()
    for (const options of [
      { placement: { minLevel: 3 } },
      { home: ap, placement: { sameLevel: true }, durability: 2 } as const,
      { placement: { withinKm: { latitude: -80, longitude: 0, km: 100 } } },
    ]) {
      expect(await refusalOf(createEthereum(client, options))).toBe('too_few_zones')
    }
    expect(inventories()).toEqual(before)
  })

  it('is kept by the enclave, whatever the client has put into the bytes', async () => {
    await whenSettled(client)
    const before = inventories()
    const prepared = await client.prepare.createWallet({
      name: 'widened',
      keys: [generated('secp256k1')],
      home: eu,
      placement: { minLevel: 2 },
    })
    const text = new TextDecoder().decode(prepared.bytes)
    const widened = text.replace('"zones":["eu-west","us-east"]', '"zones":["eu-west","ap-south"]')
    expect(widened).not.toBe(text)
    const bytes = new TextEncoder().encode(widened)
    expect(await refusalOf(client.send({ ...prepared, bytes }))).toBe('placement_mismatch')
    expect(inventories()).toEqual(before)
  })
})

describe('a wallet list', () => {
  it('shows the wallets of the asking credential, with their zones', async () => {
    const wallet = await createEthereum(client, { name: 'listed' })
    const { wallets } = await client.listWallets({ limit: 1000 })
    expect(wallets.find(({ id }) => id === wallet.id)).toMatchObject({
      name: 'listed',
      zones: wallet.placement.zones,
      accounts: [{ address: accountOf(wallet, 'ethereum').address }],
    })
  })
})
