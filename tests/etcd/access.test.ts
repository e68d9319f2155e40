/** A real etcd with users, and with TLS that asks for client certificates. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BufferSecret } from '@holdfast/base/secret'
import { describe, expect, it } from 'vitest'
import { type EtcdCluster, startEtcd } from '../support/etcd.ts'
import { startFaultyProxy } from '../support/faulty-proxy.ts'
import { findProgram } from '../support/program.ts'
import { applied, opened, openStore, program, put, readTo, text } from './support.ts'

const openssl = findProgram({ program: 'openssl', install: 'apt-get install openssl' })
const base64 = (value: string): string => Buffer.from(value).toString('base64')

/** A user who may touch one store alone, and root, without whom etcd has no users. */
const enableUsers = async (cluster: EtcdCluster): Promise<void> => {
  await cluster.post('auth/user/add', { name: 'root', password: 'of root' })
  await cluster.post('auth/user/grant', { user: 'root', role: 'root' })
  await cluster.post('auth/role/add', { name: 'eu' })
  await cluster.post('auth/role/grant', {
    name: 'eu',
    perm: { permType: 'READWRITE', key: base64('eu/'), range_end: base64('eu0') },
  })
  await cluster.post('auth/user/add', { name: 'node', password: 'pass word' })
  await cluster.post('auth/user/grant', { user: 'node', role: 'eu' })
  await cluster.post('auth/enable', {})
}

const user = (password: string) => ({ name: 'node', password: new BufferSecret(text(password)) })

const denied = (detail: string) => ({ ok: false, refusal: { code: 'store_failed', detail } })

describe.skipIf(program === undefined)('an etcd with users', () => {
  it('lets in who has the password, to the store of the role, and nobody else', async () => {
    await using cluster = await startEtcd({ program: program! })
    await enableUsers(cluster)
    const config = { endpoints: cluster.endpoints, prefix: 'eu' }
    const store = await opened({ ...config, user: user('pass word') })
    const revision = applied(await put(store, 'a', '1'))
    expect(await store.get('a')).toEqual({ key: 'a', value: text('1'), revision })
    for (const wrong of [
      config,
      { ...config, user: user('another') },
      { ...config, user: user('pass word'), prefix: 'us' },
    ]) {
      expect(await openStore(wrong)).toEqual(denied('etcd denies access'))
    }
    await store.close()
  })

  it('has tokens that end: commits, reads and watches go on under new ones', async () => {
    await using cluster = await startEtcd({ program: program! })
    await enableUsers(cluster)
    const store = await opened({
      endpoints: cluster.endpoints,
      prefix: 'eu',
      user: user('pass word'),
    })
    const watch = store.watch('', 0n)
    await readTo(watch, applied(await put(store, 'a', '1')))
    // A member keeps its tokens in memory.
    await cluster.members[0]!.kill('SIGKILL')
    await cluster.members[0]!.start()
    const many = Array.from({ length: 20 }, (_, index) => put(store, `k${index}`, '1'))
    for (const outcome of await Promise.all(many)) applied(outcome)
    expect(await store.get('a')).toBeDefined()
    expect(await readTo(watch, await store.revision())).toHaveLength(20)
    await store.close()
  })
})

/** An authority of its own, and certificates by it, as PEM files in a folder. */
const makeCertificates = (dir: string): void => {
  const run = (...args: string[]): void => {
    const done = spawnSync(openssl!, args, { cwd: dir, encoding: 'utf8' })
    if (done.status !== 0) throw new Error(done.stderr)
  }
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  for (const ca of ['ca', 'other-ca']) {
    run(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      `${ca}.key`,
      '-out',
      `${ca}.pem`,
      '-subj',
      `/CN=${ca}`,
    )
  }
  writeFileSync(join(dir, 'san'), 'subjectAltName=IP:127.0.0.1\n')
  for (const name of ['server', 'client']) {
    run('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'san']
    run('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`)
  }
}

describe.skipIf(program === undefined || openssl === undefined)('an etcd with TLS', () => {
  it('is trusted by its authority alone, and knows its clients by theirs', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'holdfast-etcd-tls-'))
    makeCertificates(dir)
    const pem = (name: string) => readFileSync(join(dir, name))
    const tls = {
      certificate: join(dir, 'server.pem'),
      key: join(dir, 'server.key'),
      ca: join(dir, 'ca.pem'),
    }
    {
      await using cluster = await startEtcd({ program: program!, tls })
      const config = { endpoints: cluster.endpoints, prefix: 'eu' }
      const client = { certificate: pem('client.pem'), key: pem('client.key') }
      const store = await opened({ ...config, tls: { ca: pem('ca.pem'), client } })
      const watch = store.watch('', 0n)
      const revision = applied(await put(store, 'a', '1'))
      expect(await readTo(watch, revision)).toHaveLength(1)
      await store.close()
      // The certificate is for 127.0.0.1, neither for that address nor for a name.
      await using elsewhere = await startFaultyProxy(cluster.endpoints[0]!, '127.0.0.2')
      const trusted = { prefix: 'eu', tls: { ca: pem('ca.pem'), client } }
      const refusals = await Promise.all([
        openStore({ ...trusted, endpoints: [elsewhere.endpoint] }),
        openStore({ ...trusted, endpoints: [{ ...cluster.endpoints[0]!, host: 'localhost' }] }),
        openStore(config),
        openStore({ ...config, tls: { ca: pem('other-ca.pem'), client } }),
        openStore({ ...config, tls: { ca: pem('ca.pem') } }),
      ])
      for (const refusal of refusals) expect(refusal).toEqual(denied('etcd does not answer'))
    }
    rmSync(dir, { recursive: true })
  })
})
