import { fromHex } from '@holdfast/base/bytes'
import {
  type ChannelKind,
  type Client,
  type SignAnswer,
  senderOfTransaction,
  type Wallet,
  ZoneId,
} from '@holdfast/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HttpRequest } from '../../packages/sdk/src/transport.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { recordingTransport } from '../support/recording-transport.ts'
import {
  accountOf,
  createEthereum,
  generated,
  refusalOf,
  transfer,
  whenSettled,
} from '../support/wallets.ts'
import { contractOf, openApiDocument } from './openapi.ts'

let mesh: TestMesh
let client: Client
beforeAll(async () => {
  mesh = await startMesh()
  client = await mesh.connect()
}, 120_000)
afterAll(() => mesh?.stop())

const channels = ['websocket', 'https', 'plain'] as const satisfies readonly ChannelKind[]
const signatoryOf = (wallet: Wallet) => ({
  wallet: wallet.id,
  account: accountOf(wallet, 'ethereum').id,
})
const signerOf = ({ signed }: SignAnswer): string => {
  if (signed.kind !== 'ethereum.transaction') throw new Error('another kind')
  return senderOfTransaction(fromHex(signed.transaction))
}
const address = (wallet: Wallet): string => accountOf(wallet, 'ethereum').address

describe.each(channels)('over %s', (channel) => {
  it('wallets are made, shown and listed, and sign', async () => {
    const own = await mesh.connect({ channel })
    const wallet = await createEthereum(own, { name: channel })
    expect((await own.showWallet(wallet.id)).wallet).toEqual(wallet)
    const listed = (await own.listWallets({ limit: 1000 })).wallets
    expect(listed.map(({ id }) => id)).toContain(wallet.id)
    const answer = await own.sign(signatoryOf(wallet), transfer())
    expect(signerOf(answer)).toBe(address(wallet))
    expect(answer.receipt).toMatchObject({ wallet: wallet.id, rule: 'owners-sign' })
    expect(answer.receipt.relayedBy).toBeUndefined()
  })

  it('a node without the wallet passes the request on, and the answer names both', async () => {
    const [eu, us, ap] = mesh.nodes.map(({ zone }) => ZoneId(zone))
    const placement = { regions: [us!, ap!] }
    const wallet = await createEthereum(client, { home: us!, placement })
    const far = await mesh.connect({ channel, nodes: [mesh.node(eu!).url] })
    const asked = (await far.enclave()).verdict.identity
    const answer = await far.sign(signatoryOf(wallet), transfer())
    expect(signerOf(answer)).toBe(address(wallet))
    const { node, relayedBy } = answer.receipt
    expect([us, ap]).toContain(node.zone)
    expect(relayedBy).toMatchObject({ zone: eu, boot: asked.boot })
    // The placement is known now: a sealed session ends in the holder itself.
    const again = (await far.sign(signatoryOf(wallet), transfer(1n))).receipt
    expect([us, ap]).toContain(again.node.zone)
    expect(again.relayedBy).toMatchObject({ zone: eu, boot: asked.boot })
  })

  it('refuses by the same codes', async () => {
    const wallet = await createEthereum(client)
    const own = await mesh.connect({ channel })
    const signatory = signatoryOf(wallet)
    const unknown = { ...signatory, wallet: wallet.id.replace(/.$/, '!') } as never
    expect(await refusalOf(own.sign(unknown, transfer()))).toBe('invalid_field')
    const undecodable = { kind: 'ethereum.transaction', transaction: 'c0' } as const
    expect(await refusalOf(own.sign(signatory, undecodable))).toBe('bad_transaction')
    const stranger = await mesh.connect({ channel, credentials: [] })
    expect(await refusalOf(stranger.sign(signatory, transfer()))).toBe('unauthenticated')
  })
})

describe('the OpenAPI document', () => {
  const documentOf = async () => {
    const response = await fetch(`${mesh.nodes[0]!.plainUrl}/openapi.json`)
    expect(response.headers.get('content-type')).toBe('application/json')
    return openApiDocument.parse(await response.json())
  }

  it('is OpenAPI 3.1 whose every schema compiles as JSON Schema 2020-12', async () => {
    const document = await documentOf()
    const contract = contractOf(document)
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => contract.schemaNamed(name), name).not.toThrow()
    }
    for (const [path, item] of Object.entries(document.paths)) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const declared = (item.parameters ?? []).filter((one) => one.in === 'path')
      expect(declared.map(({ name }) => name)).toEqual(named)
    }
  })

  it('describes every answer and every refusal that clients get', async () => {
    const contract = contractOf(await documentOf())
    const transport = recordingTransport()
    for (const channel of ['https', 'plain'] as const) {
      const own = await mesh.connect({ channel, transport })
      const keys = [
        generated('bip39', { chain: 'ethereum' }, { chain: 'bitcoin' }),
        generated('p256'),
      ]
      const { wallet } = await own.createWallet({ name: 'described', keys })
      await own.showWallet(wallet.id)
      await own.listWallets()
      await own.nodes()
      const [key] = wallet.keys
      const more = { chain: 'solana' } as const
      await own.addAccounts({ wallet: wallet.id, key: key!.id, accounts: [more] })
      await own.sign(signatoryOf(wallet), transfer())
      const raw = { kind: 'raw', key: wallet.keys[1]!.id, algorithm: 'ecdsa-p256' } as const
      await refusalOf(own.sign({ wallet: wallet.id }, { ...raw, data: '00'.repeat(32) }))
      own.close()
    }
    const origin = mesh.nodes[0]!.plainUrl
    const ask = (request: HttpRequest) => transport.http(request)
    const common = { method: 'POST', timeoutMs: 5000 } as const
    const body = Buffer.from('{"request":1,"request":2}')
    const requests = `${origin}/v1/requests`
    await ask({ ...common, url: requests, contentType: 'application/json', body })
    await ask({ ...common, url: requests, contentType: 'text/plain', body })
    await ask({ ...common, url: `${origin}/v1/sessions`, contentType: 'application/cbor', body })
    await ask({ method: 'GET', url: `${origin}/v1/evidence?nonce=00`, timeoutMs: 5000 })

    const { exchanges } = transport
    expect(exchanges.map((exchange) => contract.faultOf(exchange)).filter(Boolean)).toEqual([])
    const seen = exchanges.map(({ method, path, status }) => {
      const template = path.replace(/ses_\w+/, '{session}')
      return `${method} ${template} ${status}`
    })
    expect([...new Set(seen)].toSorted()).toEqual([
      'delete /v1/sessions/{session} 204',
      'get /v1/evidence 200',
      'get /v1/evidence 400',
      'get /v1/manifest 200',
      'get /v1/node 200',
      'post /v1/requests 200',
      'post /v1/requests 400',
      'post /v1/requests 403',
      'post /v1/requests 415',
      'post /v1/sessions 200',
      'post /v1/sessions 400',
      'post /v1/sessions/{session} 200',
    ])
  })

  it('describes the bytes of requests, which the envelope carries', async () => {
    const contract = contractOf(await documentOf())
    const isRequest = contract.schemaNamed('Request')
    const prepared = await client.prepare.createWallet({
      name: 'described',
      keys: [generated('bip39', { chain: 'bitcoin', script: 'p2tr' })],
    })
    const request = JSON.parse(new TextDecoder().decode(prepared.bytes)) as object
    expect(isRequest(request), JSON.stringify(isRequest.errors)).toBe(true)
    expect(isRequest({ ...request, more: 1 })).toBe(false)
  })
})

describe('when the home of a wallet has stopped', () => {
  it('another holder signs, over every channel', async () => {
    const home = mesh.node('eu-west')
    const wallet = await createEthereum(client, { home: ZoneId(home.zone) })
    await whenSettled(client)
    const clients = await Promise.all(channels.map((channel) => mesh.connect({ channel })))
    await home.kill('SIGTERM')
    for (const own of clients) {
      const answer = await own.sign(signatoryOf(wallet), transfer())
      expect(signerOf(answer)).toBe(address(wallet))
      expect(answer.receipt.node.zone).not.toBe(home.zone)
    }
  })

  it('a client that comes only now finds another node and is answered', async () => {
    expect(mesh.node('eu-west').isRunning()).toBe(false)
    const late = await mesh.connect()
    const wallet = await createEthereum(late)
    expect(wallet.home).not.toBe('eu-west')
    const { receipt } = await late.sign(signatoryOf(wallet), transfer())
    expect(receipt.node.zone).not.toBe('eu-west')
  })
})
