import { fromUtf8, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { RefusalError } from '@holdfast/base/errors'
import { MeshId, WalletId, ZoneId } from '@holdfast/base/ids'
import { parseRequest } from '@holdfast/base/requests/request'
import { BufferSecret } from '@holdfast/base/secret'
import { x25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { connect } from './connect.ts'
import { generateApiKey, isProofBy } from './credentials.ts'
import { verdictLifetimeMs } from './limits.ts'
import { type FakeEnclave, fakeNowMs } from './testing/fake-mesh.ts'
import { type Answer, refusal } from './testing/fake-network.ts'
import { empty, payload, signAnswerFor, signatory, wallet, world } from './testing/fake-world.ts'
import { VerificationError } from './verification-error.ts'
import { whileAlive } from './while-alive.ts'

const failure = async (attempt: Promise<unknown>): Promise<VerificationError> => {
  const error: unknown = await attempt.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(VerificationError)
  return error as VerificationError
}

describe('a client that connects', () => {
  it('knows from verified evidence that the mesh is simulated', async () => {
    const { options } = world()
    const client = await connect(options)
    expect(client.simulated).toBe(true)
    expect((await client.enclave()).verdict.zone.id).toBe('eu-west')
    client.close()
  })

  it('fails closed with a readable difference where the measurement is another', async () => {
    const { mesh, network, options } = world()
    network.addNode(
      'https://evil.example',
      mesh.enclave('eu-west', { measurement: sha256(utf8('evil')) }),
    )
    const error = await failure(connect({ ...options, nodes: ['https://evil.example'] }))
    expect(error.refusal.code).toBe('wrong_measurement')
    expect(error.message).toContain(`seen      ${toHex(sha256(utf8('evil')))}`)
    expect(error.message).toContain('expected ')
    expect(network.wire).toEqual([])
  })

  it('refuses another mesh, and a manifest below the least serial', async () => {
    const { options } = world()
    const other = MeshId(`mesh_${'00'.repeat(32)}`)
    expect((await failure(connect({ ...options, mesh: other }))).refusal.code).toBe('wrong_mesh')
    const old = await failure(connect({ ...options, minimumSerial: 2 }))
    expect(old.refusal.code).toBe('manifest_rollback')
  })

  it('refuses evidence that answers another nonce', async () => {
    const { options, first } = world()
    const { enclave } = first
    first.enclave = { ...enclave, evidence: () => enclave.evidence(new Uint8Array(32)) }
    const error = await failure(connect({ ...options, nodes: [first.url] }))
    expect(error.refusal.code).toBe('wrong_nonce')
  })

  it('passes over a node that is not trusted, and says so', async () => {
    const { mesh, options, first } = world()
    first.enclave = mesh.enclave('eu-west', { measurement: new Uint8Array(32) })
    const client = await connect(options)
    expect((await client.enclave()).verdict.zone.id).toBe('us-east')
    expect(client.distrusted.map((error) => error.node)).toEqual([first.url])
  })

  it('takes a newer manifest from a node that runs under it', async () => {
    const { mesh, options, first } = world()
    const client = await connect(options)
    mesh.succeed({})
    first.enclave = mesh.enclave('eu-west')
    await client.verify()
    expect(client.manifest.manifest.serial).toBe(2)
  })
})

describe.each(['websocket', 'https'] as const)('a sealed session (%s)', (channel) => {
  it('carries a request and its proofs, and nothing of them in clear', async () => {
    using key = generateApiKey()
    const seen: string[] = []
    const { network, options } = world((request, by) => {
      seen.push(fromUtf8(request.request))
      const [proof] = request.authorisations
      const signature = Buffer.from(proof!.signature, 'base64url')
      expect(isProofBy(key, { purpose: 'read', request: request.request, signature })).toBe(true)
      return empty(request, by)
    })
    const client = await connect({ ...options, channel, credentials: [key] })
    expect((await client.listWallets()).wallets).toEqual([])
    expect(parseRequest(utf8(seen[0]!))).toMatchObject({ operation: 'wallet.list' })
    const wire = Buffer.concat(network.wire).toString('latin1')
    expect(wire).not.toContain('wallet.list')
    expect(wire).not.toContain(key.id)
    client.close()
  })

  it('gives the refusal of the enclave by its code', async () => {
    const { options } = world(() => refusal('policy_denied'))
    const client = await connect({ ...options, channel })
    const error: unknown = await client.listWallets().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RefusalError)
    expect((error as RefusalError).refusal.code).toBe('policy_denied')
    client.close()
  })

  it('repeats the same bytes by the next node when one is unreachable', async () => {
    const bytes: string[] = []
    const { options, first, network } = world((request, by) => {
      bytes.push(fromUtf8(request.request))
      return by.zone === 'eu-west' ? refusal('unreachable') : signAnswerFor(request.request, by)
    })
    const client = await connect({ ...options, channel })
    const { receipt } = await client.sign(signatory, payload)
    expect(receipt.node.zone).toBe('us-east')
    first.up = false
    network.cut(first)
    await client.sign(signatory, payload)
    expect(new Set(bytes.slice(0, 2)).size).toBe(1)
    client.close()
  })

  it('makes wallets by the next node when the nearest has gone', async () => {
    let created = ''
    const { options, first, network } = world((request) => {
      created = fromUtf8(request.request)
      return refusal('bad_key')
    })
    let nowMs = fakeNowMs
    const client = await connect({ ...options, channel, now: () => nowMs })
    first.up = false
    network.cut(first)
    // The verdict over the first node is too old by now to be used without it.
    nowMs += verdictLifetimeMs
    const common = { name: 'hot', kind: 'secp256k1' } as const
    const keys = [{ ...common, accounts: [], source: { type: 'generate' as const } }]
    await expect(client.createWallet({ name: 'treasury', keys })).rejects.toThrow('bad_key')
    expect(JSON.parse(created)).toMatchObject({ home: 'us-east' })
    client.close()
  })

  it('goes to a holder by a relayed session where the node does not hold the wallet', async () => {
    const by: string[] = []
    const { mesh, network, options, first } = world((request, enclave) => {
      by.push(enclave.zone)
      const holds = enclave.zone === 'ap-south'
      return holds ? signAnswerFor(request.request, enclave) : refusal('not_here')
    })
    const holder = mesh.enclave('ap-south')
    network.addEnclave(holder)
    first.knows.set(wallet, holder)
    const client = await connect({ ...options, nodes: [first.url], channel })
    const { receipt } = await client.sign(signatory, payload)
    expect(receipt.node.boot).toBe(holder.boot)
    expect(by).toEqual(['eu-west', 'ap-south'])
    client.close()
  })

  it('refuses an answer for another request', async () => {
    const { options } = world((_, by) => signAnswerFor(utf8('{}'), by))
    const client = await connect({ ...options, channel })
    await expect(client.sign(signatory, payload)).rejects.toThrow('another request')
    client.close()
  })

  it('refuses a receipt of another wallet', async () => {
    const other = { ...signatory, wallet: WalletId(`wal_0000${'cd'.repeat(20)}`) }
    const { options } = world((request, by) => signAnswerFor(request.request, by))
    const client = await connect({ ...options, channel })
    await expect(client.sign(other, payload)).rejects.toThrow('another request')
    client.close()
  })

  it('refuses a signature by another key, and over other data', async () => {
    const { options } = world((request, by) => signAnswerFor(request.request, by))
    const client = await connect({ ...options, channel })
    const stranger = { ...signatory, signer: 'ab'.repeat(32) }
    await expect(client.sign(stranger, payload)).rejects.toThrow('wrong_signature')
    const data = `${payload.data}00`
    await expect(client.sign(signatory, { ...payload, data })).rejects.toThrow('wrong_signature')
    client.close()
  })

  it('asks whose the signature must be before anything is signed', async () => {
    const asked: string[] = []
    const { options } = world((request) => {
      asked.push(parseRequest(request.request).operation)
      return refusal('policy_denied')
    })
    const client = await connect({ ...options, channel })
    await expect(client.sign({ wallet }, payload)).rejects.toThrow('policy_denied')
    expect(asked).toEqual(['wallet.show'])
    client.close()
  })

  it('sends the highest version that it has seen', async () => {
    const versions: unknown[] = []
    const { options } = world((request, by) => {
      const parsed = parseRequest(request.request)
      versions.push('seen' in parsed ? parsed.seen : undefined)
      return signAnswerFor(request.request, by, { epoch: 2, version: 7 })
    })
    const client = await connect({ ...options, channel })
    await client.sign(signatory, payload)
    await client.sign(signatory, payload)
    expect(versions).toEqual([undefined, { epoch: 2, version: 7 }])
    client.close()
  })

  it('is authenticated once where that is asked, and proves a request that needs it', async () => {
    using key = generateApiKey()
    const seen: string[] = []
    const { options } = world((request, by) => {
      const { operation } = parseRequest(request.request)
      const proofs = request.authorisations.map(({ purpose }) => purpose).join()
      seen.push(`${operation} ${proofs}`)
      if (operation === 'session.authenticate') {
        const node = { zone: by.zone, boot: by.boot, measurement: 'ab'.repeat(32) }
        return { status: 200, body: { expiresAt: '2026-11-01T00:10:00Z', node } }
      }
      return seen.length === 4 ? refusal('proof_required') : signAnswerFor(request.request, by)
    })
    const client = await connect({ ...options, channel, credentials: [key], proof: 'session' })
    for (let index = 0; index < 3; index += 1) await client.sign(signatory, payload)
    expect(seen).toEqual(['session.authenticate session', 'sign ', 'sign ', 'sign ', 'sign sign'])
    client.close()
  })

  it('never sends an imported secret in clear, and seals it to the home', async () => {
    const secret = sha256(utf8('a secret'))
    let created = ''
    const { network, options, first, second } = world((request) => {
      created = fromUtf8(request.request)
      return refusal('bad_key')
    })
    first.knows.set('us-east', second.enclave)
    const client = await connect({ ...options, nodes: [first.url], channel })
    const imported = client.importWallet({
      name: 'treasury',
      home: ZoneId('us-east'),
      keys: [
        {
          name: 'hot',
          kind: 'secp256k1',
          source: { format: 'raw', secret: new BufferSecret(Uint8Array.from(secret)) },
          accounts: [{ chain: 'ethereum' }],
        },
      ],
    })
    await expect(imported).rejects.toThrow('bad_key')
    expect(JSON.parse(created)).toMatchObject({
      home: 'us-east',
      placement: { zones: ['us-east', 'eu-west', 'ap-south'], durability: 2 },
      keys: [{ source: { format: 'raw', sealed: { boot: second.enclave.boot } } }],
    })
    for (const text of [created, Buffer.concat(network.wire).toString('latin1')]) {
      expect(text).not.toContain(toHex(secret))
      expect(text).not.toContain(Buffer.from(secret).toString('base64url'))
      expect(text).not.toContain(Buffer.from(secret).toString('latin1'))
    }
    client.close()
  })
})

describe('an enclave whose identity was renewed', () => {
  it('is sent the secret again, sealed to the key that it has by now', async () => {
    const sent: { readonly id: string; readonly sealingKey: string }[] = []
    const { mesh, network, options, first } = world(({ request }) => {
      const { keys } = JSON.parse(fromUtf8(request))
      sent.push({ id: toHex(sha256(request)), sealingKey: keys[0].source.sealed.sealingKey })
      if (sent.length > 1) return refusal('bad_key')
      live(mesh.enclave('eu-west'))
      return refusal('identity_renewed')
    })
    const live = (enclave: FakeEnclave): void => {
      network.addEnclave(enclave)
      first.enclave = enclave
      first.knows.set('eu-west', enclave)
    }
    live(first.enclave)
    const before = toBase64Url(x25519.getPublicKey(first.enclave.sealingPrivateKey))
    const client = await connect(options)
    const imported = client.importWallet({
      name: 'brought',
      keys: [
        {
          name: 'hot',
          kind: 'secp256k1',
          source: { format: 'raw', secret: new BufferSecret(new Uint8Array(32).fill(5)) },
          accounts: [{ chain: 'ethereum' }],
        },
      ],
    })
    await expect(imported).rejects.toThrow('bad_key')
    expect(sent.map(({ sealingKey }) => sealingKey)).toEqual([
      before,
      toBase64Url(x25519.getPublicKey(first.enclave.sealingPrivateKey)),
    ])
    expect(sent[0]!.id).not.toBe(sent[1]!.id)
    client.close()
  })
})

describe('a node that stopped dead', () => {
  it('is given up within two seconds, and nobody is asked before', async () => {
    const asked: string[] = []
    const answer: Answer = ({ request }, by) => {
      asked.push(by.zone)
      return signAnswerFor(request, by)
    }
    const { options, first } = world(answer)
    using key = generateApiKey('ed25519')
    const now = (): number => fakeNowMs + performance.now()
    const client = await connect({ ...options, now, credentials: [key] })
    await client.sign(signatory, payload)
    expect(asked).toEqual(['eu-west'])
    first.stopped = true
    const beganMs = performance.now()
    const signed = await client.sign(signatory, payload)
    expect(signed.receipt.node.zone).toBe('us-east')
    expect(performance.now() - beganMs).toBeLessThan(2500)
    expect(asked).toEqual(['eu-west', 'us-east'])
    client.close()
  })

  it('does not keep a client from connecting by the next', async () => {
    const { options, first } = world()
    first.stopped = true
    const beganMs = performance.now()
    const client = await connect(options)
    expect((await client.enclave()).verdict.zone.id).toBe('us-east')
    expect(performance.now() - beganMs).toBeLessThan(2500)
    client.close()
  })

  it('is waited for while it answers, however slow the work is', async () => {
    let probes = 0
    const slow = new Promise((resolve) => setTimeout(resolve, 1500))
    const node = {
      answers: async () => {
        probes += 1
        return true
      },
    }
    expect(
      await whileAlive(
        node,
        slow.then(() => 'done'),
      ),
    ).toBe('done')
    expect(probes).toBe(1)
  })
})
