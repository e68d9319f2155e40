import { toBase64Url, utf8 } from '@holdfast/base/bytes'
import { RefusalError } from '@holdfast/base/errors'
import { ZoneId } from '@holdfast/base/ids'
import { zoneCaMessage } from '@holdfast/base/zone-ca'
import { describe, expect, it } from 'vitest'
import { connect } from './connect.ts'
import { type FakeEnclave, fakeMesh, fakeNowMs } from './testing/fake-mesh.ts'
import { fakeNetwork, refusal } from './testing/fake-network.ts'
import type { Transport } from './transport.ts'
import { VerificationError } from './verification-error.ts'

const certificate = utf8('the CA of eu-west')

const world = () => {
  const mesh = fakeMesh()
  const network = fakeNetwork(mesh, () => refusal('unknown'))
  const add = (zone: string, url: string) => {
    const enclave = mesh.enclave(zone)
    const node = network.addNode(url, enclave)
    node.knows.set(enclave.boot, enclave)
    node.trust = answer(enclave, {})
    return node
  }
  /** What an enclave shows; `change` is what a node makes of it. */
  const answer = (enclave: FakeEnclave, change: { signed?: Uint8Array; zone?: string }) => ({
    zone: change.zone ?? enclave.zone,
    boot: enclave.boot,
    certificate: toBase64Url(certificate),
    signature: toBase64Url(
      enclave.sign(zoneCaMessage(mesh.id, enclave.zone, change.signed ?? certificate)),
    ),
    kmip: { tls: '127.0.0.1:7450' },
  })
  const nodes = [add('eu-west', 'https://one.example'), add('us-east', 'https://two.example')]
  const open = () =>
    connect({
      nodes: ['https://one.example', 'https://two.example', 'https://three.example'],
      mesh: mesh.id,
      transport: network.transport,
      now: () => fakeNowMs,
    })
  return { mesh, network, open, add, answer, one: nodes[0]!, two: nodes[1]! }
}

const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  const error: unknown = await attempt.catch((thrown: unknown) => thrown)
  if (error instanceof VerificationError) return `verification ${error.refusal.code}`
  return error instanceof RefusalError ? error.refusal.code : 'accepted'
}

describe('the CA of a zone', () => {
  it('is asked for again where the enclave got its next identity in between', async () => {
    const { mesh, network, one, answer, open } = world()
    const stale = { ...answer(mesh.enclave('eu-west'), {}), boot: one.enclave.boot }
    const answers = [stale, answer(one.enclave, {})]
    const before = { ...network.transport }
    const asked: Transport['http'] = (request) => {
      if (request.url === `${one.url}/v1/trust`) one.trust = answers.shift() ?? {}
      return before.http(request)
    }
    Object.assign(network.transport, { http: asked })
    const client = await open()
    expect((await client.zoneTrust()).certificate).toEqual(certificate)
    expect(answers).toEqual([])
  })

  it('is given once fresh evidence and its signature verify', async () => {
    const { open } = world()
    const client = await open()
    const first = await client.zoneTrust()
    expect([first.zone, first.certificate]).toEqual(['eu-west', certificate])
    expect(first.enclave.verdict.simulated).toBe(true)
    expect(first.kmip).toEqual([{ tls: '127.0.0.1:7450' }])
    expect((await client.zoneTrust(ZoneId('us-east'))).zone).toBe('us-east')
  })

  it('is refused where another certificate, mesh zone or enclave was signed', async () => {
    const { open, one, two, answer } = world()
    const client = await open()
    const wrong = 'verification zone_ca_signature'
    one.trust = answer(one.enclave, { signed: utf8('another CA') })
    expect(await codeOf(client.zoneTrust())).toBe(wrong)
    one.trust = { ...answer(two.enclave, { zone: 'eu-west' }), boot: one.enclave.boot }
    expect(await codeOf(client.zoneTrust())).toBe(wrong)
    one.knows.set(two.enclave.boot, two.enclave)
    one.trust = answer(two.enclave, { zone: 'eu-west' })
    expect(await codeOf(client.zoneTrust(ZoneId('eu-west')))).toBe(wrong)
  })

  it('is refused where the enclave that shows it is not what the manifest lists', async () => {
    const { mesh, open, one, answer } = world()
    const client = await open()
    const evil = mesh.enclave('eu-west', { measurement: new Uint8Array(32) })
    one.knows.set(evil.boot, evil)
    one.trust = answer(evil, {})
    expect(await codeOf(client.zoneTrust())).toBe('verification wrong_measurement')
  })

  it('is refused where two nodes of the zone show different ones', async () => {
    const { mesh, open, add } = world()
    const client = await open()
    const three = add('eu-west', 'https://three.example')
    expect((await client.zoneTrust()).kmip).toHaveLength(2)
    const other = utf8('another CA')
    const signature = three.enclave.sign(zoneCaMessage(mesh.id, ZoneId('eu-west'), other))
    three.trust = {
      ...three.trust!,
      certificate: toBase64Url(other),
      signature: toBase64Url(signature),
    }
    expect(await codeOf(client.zoneTrust())).toBe('verification zone_ca_signature')
  })

  it('is unreachable where no node of the zone answers', async () => {
    const { open, one } = world()
    const client = await open()
    one.up = false
    expect(await codeOf(client.zoneTrust(ZoneId('eu-west')))).toBe('unreachable')
    expect(await codeOf(client.zoneTrust(ZoneId('ap-south')))).toBe('unreachable')
  })
})
