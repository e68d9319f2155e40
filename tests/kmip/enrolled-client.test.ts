/** A foreign KMIP client on a whole mesh: enrolled by the command, served by every node. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CredentialId, WalletId } from '@holdfast/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdfast } from '../cli/command.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { type PyAnswer, PyKmip, python } from './pykmip-client.ts'

type Enrolled = { readonly folder: string; readonly wallet: string; readonly credential: string }

const secp256k1 = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    .privateKey.export({ format: 'der', type: 'pkcs8' })
    .toString('hex')

/** What another zone has received shortly afterwards. */
const eventually = async (
  ask: () => Promise<PyAnswer>,
  holds: (answer: PyAnswer) => boolean,
): Promise<PyAnswer> => {
  for (let round = 0; ; round += 1) {
    const answer = await ask()
    if (holds(answer) || round === 100) return answer
    await delay(50)
  }
}

const discover = `<RequestMessage><RequestHeader><ProtocolVersion>
<ProtocolVersionMajor type="Integer" value="2"/><ProtocolVersionMinor type="Integer" value="1"/>
</ProtocolVersion><BatchCount type="Integer" value="1"/></RequestHeader><BatchItem>
<Operation type="Enumeration" value="DiscoverVersions"/><RequestPayload/></BatchItem>
</RequestMessage>`

const post = (url: string, body: string, tls: object) =>
  new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) }
    const asked = request(url, { method: 'POST', headers, agent: false, ...tls }, (answer) => {
      let text = ''
      answer.on('data', (part: Buffer) => {
        text += part.toString()
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })

describe.skipIf(python === undefined)('a client of PyKMIP that was enrolled', () => {
  const parent = mkdtempSync(join(tmpdir(), 'holdfast-kmip-'))
  let mesh: TestMesh
  let app: Enrolled
  const clients: PyKmip[] = []

  const run = (...args: string[]) => holdfast(args, { env: { HOLDFAST_DIR: mesh.dir } })
  const enroll = async (name: string): Promise<Enrolled> => {
    const folder = join(parent, name)
    const words = ['kmip', 'enroll', '--name', name, '--out', folder, '--json']
    const { stdout, stderr, code } = await run(...words)
    expect([code, stderr]).toEqual([0, ''])
    return { folder, ...(JSON.parse(stdout) as { wallet: string; credential: string }) }
  }
  const client = (zone: string, of: Enrolled = app, version = '1.2'): PyKmip => {
    const made = new PyKmip({ folder: of.folder, address: mesh.node(zone).kmip, version })
    clients.push(made)
    return made
  }

  beforeAll(async () => {
    mesh = await startMesh()
    app = await enroll('app')
  }, 120_000)
  afterAll(async () => {
    for (const one of clients) one[Symbol.dispose]()
    await mesh?.stop()
    rmSync(parent, { recursive: true, force: true })
  }, 60_000)

  it('has a key for its owner alone, and the CA of every zone', async () => {
    expect(statSync(join(app.folder, 'client.key')).mode & 0o777).toBe(0o600)
    const ca = readFileSync(join(app.folder, 'ca.pem'), 'utf8')
    const pems = await Promise.all(
      mesh.nodes.map(async ({ zone }) => (await run('trust', '--zone', zone)).stdout),
    )
    expect(ca).toBe(pems.join(''))
    expect(new Set(pems).size).toBe(3)
  })

  it('sees through one node what it made through another', async () => {
    const [here, there] = [client('eu-west'), client('us-east')]
    expect([await here.opened, await there.opened]).toEqual([{ value: 'open' }, { value: 'open' }])
    const { value: id } = await here.ask('create', { name: 'shared' })
    expect(typeof id).toBe('string')
    const found = await eventually(
      () => there.ask('locate', { name: 'shared' }),
      ({ value }) => Array.isArray(value) && value.length > 0,
    )
    expect(found).toEqual({ value: [id] })
    expect(await there.ask('get', { id })).toEqual(await here.ask('get', { id }))
  })

  it.each(['1.0', '1.1', '1.2', '1.3', '1.4', '2.0'])(
    'leads a secp256k1 key from PKCS#8 to its end through three zones (KMIP %s)',
    async (version) => {
      const [eu, us, ap] = ['eu-west', 'us-east', 'ap-south'].map((zone) =>
        client(zone, app, version),
      ) as [PyKmip, PyKmip, PyKmip]
      const pkcs8 = secp256k1()
      const name = `key of ${version}`
      const registered = await eu.ask('register', { pkcs8, name })
      expect(registered).toEqual({ value: expect.any(String) })
      const id = registered.value
      const known = (answer: PyAnswer): boolean => answer.refused === undefined
      expect(await eventually(() => us.ask('activate', { id }), known)).toEqual({ value: null })
      const state = (by: PyKmip) => by.ask('attributes', { id, names: ['State'] })
      const active = { value: { State: 'ACTIVE' } }
      const isActive = (answer: PyAnswer): boolean => JSON.stringify(answer).includes('ACTIVE')
      expect(await eventually(() => state(ap), isActive)).toEqual(active)
      expect(await ap.ask('locate', { name })).toEqual({ value: [id] })
      expect(await ap.ask('get', { id })).toEqual({ value: pkcs8 })
      expect(await ap.ask('revoke', { id })).toEqual({ value: null })
      const ended = (answer: PyAnswer): boolean => JSON.stringify(answer).includes('DEACTIVATED')
      await eventually(() => state(eu), ended)
      expect(await eu.ask('destroy', { id })).toEqual({ value: null })
      for (const by of [eu, us, ap]) {
        const gone = await eventually(
          () => by.ask('get', { id }),
          ({ refused }) => refused !== undefined,
        )
        expect(gone.refused).toMatch(/ITEM_NOT_FOUND|OBJECT_DESTROYED/)
      }
    },
    60_000,
  )

  it('finds what was destroyed while a node was down destroyed there too', async () => {
    const here = client('eu-west')
    const { value: id } = await here.ask('create', { name: 'doomed' })
    const there = client('us-east')
    await eventually(
      () => there.ask('get', { id }),
      ({ value }) => value !== undefined,
    )
    await mesh.node('us-east').kill()
    expect(await here.ask('destroy', { id })).toEqual({ value: null })
    await mesh.node('us-east').restart()
    // The CA that was pinned before is the CA of the node that came back.
    const back = client('us-east')
    expect(await back.opened).toEqual({ value: 'open' })
    const gone = await eventually(
      () => back.ask('get', { id }),
      ({ refused }) => refused !== undefined,
    )
    expect(gone.refused).toMatch(/ITEM_NOT_FOUND|OBJECT_DESTROYED/)
  }, 60_000)

  it('speaks XML over HTTPS under the CA that it pinned, and is refused without it', async () => {
    const { kmip } = (await (await fetch(`${mesh.node('ap-south').plainUrl}/v1/trust`)).json()) as {
      kmip: { https: string }
    }
    const read = (name: string) => readFileSync(join(app.folder, name))
    const own = { key: read('client.key'), cert: read('client.pem') }
    const answer = await post(kmip.https, discover, { ...own, ca: read('ca.pem') })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('<ResultStatus type="Enumeration" value="Success"/>')
    await expect(post(kmip.https, discover, own)).rejects.toThrow(/certificate/)
    expect((await post(kmip.https, discover, { ca: read('ca.pem') })).status).toBe(401)
  })

  it('is told by its owner that no change of its objects was left behind', async () => {
    const asked = await run('kmip', 'superseded', app.wallet)
    expect([asked.code, asked.stdout]).toEqual([0, 'no change was left behind\n'])
    const json = JSON.parse((await run('kmip', 'superseded', app.wallet, '--json')).stdout)
    expect(json).toMatchObject({ wallet: app.wallet, objects: [], silent: [] })
  })

  it('sees nothing of another tenant', async () => {
    const { value: id } = await client('eu-west').ask('create', { name: 'mine' })
    const other = client('eu-west', await enroll('other'))
    expect(await other.ask('locate', { name: 'mine' })).toEqual({ value: [] })
    for (const operation of ['get', 'activate', 'destroy']) {
      expect(await other.ask(operation, { id })).toEqual({ refused: 'ITEM_NOT_FOUND' })
    }
  })

  it('is refused from the message on after its certificate was removed', async () => {
    const leaving = await enroll('leaving')
    const by = client('us-east', leaving)
    expect((await by.ask('create', { name: 'before' })).value).toBeDefined()
    const removed = await run('credential', 'remove', leaving.wallet, leaving.credential)
    expect(removed.code).toBe(0)
    const refused = await eventually(
      () => by.ask('create', { name: 'after' }),
      ({ value }) => value === undefined,
    )
    expect(refused).toEqual({ refused: 'AUTHENTICATION_NOT_SUCCESSFUL' })
    const again = client('us-east', leaving)
    expect((await again.ask('create', { name: 'after' })).failed).toBeDefined()
    const sdk = await mesh.connect()
    const { wallet } = await sdk.showWallet(WalletId(leaving.wallet))
    expect(wallet.credentials.map(({ id }) => id)).not.toContain(CredentialId(leaving.credential))
  })
})
