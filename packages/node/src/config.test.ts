import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

const read = (
  argv: string[],
  options: { env?: Record<string, string>; files?: Record<string, string> } = {},
) =>
  readConfig({
    argv,
    env: options.env ?? {},
    cwd: '/srv',
    readFile: (path) => {
      const text = options.files?.[path]
      return text === undefined ? undefined : new TextEncoder().encode(text)
    },
  })

const node = {
  zone: 'eu',
  listenClient: '127.0.0.1:8443',
  listenMesh: '[::1]:7000',
  peers: { us: '10.0.0.1:7000', asia: ['10.0.0.2:7000', 'asia.example:7001'] },
  manifest: '../../manifest.json',
}
const files = { '/srv/mesh/nodes/eu/node.json': JSON.stringify(node) }
const dir = ['--dir', 'mesh/nodes/eu']

const refused = (result: ReturnType<typeof read>): string | undefined =>
  result.ok ? 'accepted' : `${result.refusal.code} ${result.refusal.subject}`

describe('the configuration of a node', () => {
  it("takes the page's folder relative to the file, or to where the flag was given", () => {
    const withPage = {
      '/srv/mesh/nodes/eu/node.json': JSON.stringify({ ...node, console: '../page' }),
    }
    expect(read(dir, { files: withPage })).toMatchObject({
      value: { console: '/srv/mesh/nodes/page' },
    })
    const flag = read([...dir, '--console', 'page'], { files })
    expect(flag).toMatchObject({ value: { console: '/srv/page' } })
  })

  it('is read from the file of its folder, with paths relative to it', () => {
    expect(read(dir, { files })).toEqual({
      ok: true,
      value: {
        dir: '/srv/mesh/nodes/eu',
        zone: 'eu',
        listenClient: { host: '127.0.0.1', port: 8443 },
        listenMesh: { host: '::1', port: 7000 },
        kmipNames: [],
        kmip: {},
        peers: [
          { zone: 'us', host: '10.0.0.1', port: 7000 },
          { zone: 'asia', host: '10.0.0.2', port: 7000 },
          { zone: 'asia', host: 'asia.example', port: 7001 },
        ],
        manifest: '/srv/mesh/manifest.json',
        logLevel: 'info',
      },
    })
    const named = read(['--config', '/srv/mesh/nodes/eu/node.json'], { files })
    expect(named).toEqual(read(dir, { files }))
  })

  it('takes a flag over the environment, that over the file, that over the default', () => {
    const env = { HOLDFAST_LISTEN_CLIENT: '0.0.0.0:1', HOLDFAST_LOG_LEVEL: 'warn' }
    const flags = [...dir, '--listen-client', '0.0.0.0:2', '--peer', 'us=h:1', '--peer=us=h:2']
    expect(read(flags, { env, files })).toMatchObject({
      value: {
        listenClient: { host: '0.0.0.0', port: 2 },
        logLevel: 'warn',
        peers: [{ port: 1 }, { port: 2 }],
      },
    })
    expect(read(dir, { env, files })).toMatchObject({ value: { listenClient: { port: 1 } } })
  })

  it('takes a value from the file that a variable names', () => {
    const more = { ...files, '/run/peers': 'us=h:9\n' }
    const result = read(dir, { env: { HOLDFAST_PEERS_FILE: '/run/peers' }, files: more })
    expect(result).toMatchObject({ value: { peers: [{ zone: 'us', host: 'h', port: 9 }] } })
    const both = { HOLDFAST_PEERS_FILE: '/run/peers', HOLDFAST_PEERS: 'us=h:1' }
    expect(refused(read(dir, { env: both, files: more }))).toContain('bad_configuration HOLDFAST_')
    const absent = { HOLDFAST_ZONE_FILE: '/run/none' }
    expect(refused(read(dir, { env: absent, files }))).toBe('bad_configuration HOLDFAST_ZONE_FILE')
  })

  it('takes several names of a KMIP listener from file, flags and variable', () => {
    const json = JSON.stringify({ ...node, listenKmip: '[::]:5696', kmipNames: ['a', 'b'] })
    const named = { '/srv/mesh/nodes/eu/node.json': json }
    expect(read(dir, { files: named })).toMatchObject({
      value: { listenKmip: { host: '::', port: 5696 }, kmipNames: ['a', 'b'] },
    })
    const env = { HOLDFAST_KMIP_NAMES: 'c,d', HOLDFAST_LISTEN_KMIP_HTTPS: 'h:5697' }
    expect(read(dir, { files: named, env })).toMatchObject({
      value: { listenKmipHttps: { port: 5697 }, kmipNames: ['c', 'd'] },
    })
    const flags = [...dir, '--kmip-name', 'e', '--kmip-name=f']
    expect(read(flags, { files: named })).toMatchObject({ value: { kmipNames: ['e', 'f'] } })
    const text = JSON.stringify({ ...node, kmipNames: 'a' })
    const wrong = read(dir, { files: { '/srv/mesh/nodes/eu/node.json': text } })
    expect(refused(wrong)).toBe('bad_configuration kmipNames')
  })

  it('takes what an operator sets of the KMIP server, and no number that makes no sense', () => {
    const flags = [...dir, '--kmip-lease-seconds', '60', '--kmip-seed-bytes', 'denied']
    expect(read(flags, { files })).toMatchObject({
      value: { kmip: { leaseSeconds: 60, seedBytesMax: 'denied' } },
    })
    const env = { HOLDFAST_KMIP_SEED_BYTES: '16' }
    expect(read(dir, { files, env })).toMatchObject({ value: { kmip: { seedBytesMax: 16 } } })
    const week = read([...dir, '--kmip-wait-seconds', '604800'], { files })
    expect(week).toMatchObject({ value: { kmip: { waitSeconds: 604_800 } } })
    const longer = read([...dir, '--kmip-wait-seconds', '604801'], { files })
    expect(refused(longer)).toBe('bad_configuration kmipWaitSeconds')
    for (const [flag, key] of [
      ['--kmip-seed-bytes', 'kmipSeedBytes'],
      ['--kmip-lease-seconds', 'kmipLeaseSeconds'],
    ] as const) {
      for (const value of ['-1', '1e3', '99999999', 'some']) {
        expect(refused(read([...dir, `${flag}=${value}`], { files }))).toBe(
          `bad_configuration ${key}`,
        )
      }
    }
  })

  it.each(['pccs', 'kds'] as const)(
    'asks %s over TLS alone, with its authority from a file',
    (key) => {
      const url = 'https://collateral.example:8081'
      const own = { '/srv/mesh/nodes/eu/ca.pem': 'PEM', '/srv/ca.pem': 'other PEM' }
      const named = { ...node, [key]: url, [`${key}Ca`]: 'ca.pem' }
      const withService = { ...own, '/srv/mesh/nodes/eu/node.json': JSON.stringify(named) }
      expect(read(dir, { files: withService })).toMatchObject({
        value: { [key]: { url, ca: 'PEM' } },
      })
      const flags = [...dir, `--${key}`, `${url}/cache`, `--${key}-ca-file`, 'ca.pem']
      expect(read(flags, { files: withService })).toMatchObject({
        value: { [key]: { url: `${url}/cache`, ca: 'other PEM' } },
      })
      const at = (place: string) => read([...dir, `--${key}`, place], { files })
      expect(refused(at('http://127.0.0.1:8081'))).toBe('accepted')
      expect(refused(at('http://collateral.example'))).toBe(`bad_configuration ${key}`)
      expect(refused(at('collateral.example'))).toBe(`bad_configuration ${key}`)
      expect(read(dir, { files })).not.toMatchObject({ value: { [key]: {} } })
    },
  )

  it('may be said by flags alone', () => {
    expect(read(['--dir', '/data', '--zone', 'eu'])).toMatchObject({
      value: { dir: '/data', zone: 'eu', peers: [], manifest: '/data/manifest.json' },
    })
  })

  it('refuses unknown keys, flags and variables by their names', () => {
    const extra = { ...files, '/srv/x/node.json': '{"zone":"eu","threshold":"2"}' }
    expect(refused(read(['--dir', 'x'], { files: extra }))).toBe('bad_configuration threshold')
    expect(refused(read([...dir, '--policy', 'x'], { files }))).toBe('bad_configuration --policy')
    expect(refused(read(dir, { env: { HOLDFAST_ZOEN: 'eu' }, files }))).toBe(
      'bad_configuration HOLDFAST_ZOEN',
    )
    expect(refused(read([...dir, 'word'], { files }))).toBe('bad_configuration flags')
  })

  it('leaves the variables of the client and of tests alone', () => {
    const env = { HOLDFAST_DIR: '/x', HOLDFAST_SHARED: '/y', HOLDFAST_TEST_REQUIRE: 'all' }
    expect(read(dir, { env, files }).ok).toBe(true)
  })

  it('refuses what is missing, given twice or no address', () => {
    expect(refused(read([]))).toBe('bad_configuration dir')
    expect(refused(read(['--dir', '/data']))).toBe('bad_configuration zone')
    expect(refused(read(['--config', '/none.json']))).toBe('bad_configuration /none.json')
    const wrong: readonly (readonly [string[], string])[] = [
      [['--zone', 'EU'], 'zone'],
      [['--zone', 'a', '--zone', 'b'], 'zone'],
      [['--listen-client', '8443'], 'listenClient'],
      [['--listen-client', 'a:99999'], 'listenClient'],
      [['--listen-mesh', '::1:8443'], 'listenMesh'],
      [['--peer', 'us:10.0.0.1:1'], 'peers'],
      [['--log-level', 'all'], 'logLevel'],
    ]
    for (const [flags, subject] of wrong) {
      expect(refused(read([...dir, ...flags], { files }))).toBe(`bad_configuration ${subject}`)
    }
  })

  it('refuses a file that is no strict JSON', () => {
    for (const text of ['', '[', '{"zone":"a","zone":"b"}', '[]x', '"zone"', '{"zone":1}']) {
      const result = read(['--dir', '/x'], { files: { '/x/node.json': text } })
      expect(refused(result)).toContain('bad_configuration')
    }
  })

  it('takes its store from the etcd that is named, secrets from files', () => {
    const store = {
      etcd: {
        endpoints: ['https://10.0.0.1:2379', 'https://[::2]:2379'],
        user: 'node',
        passwordFile: 'etcd.password',
        caFile: '../ca.pem',
      },
    }
    const of = (value: object, more: Record<string, string> = {}) => ({
      '/x/eu/node.json': JSON.stringify({ zone: 'eu', store: value }),
      '/x/eu/etcd.password': 'pass word\n',
      '/x/ca.pem': 'PEM',
      ...more,
    })
    const named = read(['--dir', '/x/eu'], { files: of(store) })
    if (!named.ok) throw new Error(named.refusal.subject)
    const { etcd } = named.value
    expect(etcd).toMatchObject({
      endpoints: [
        { host: '10.0.0.1', port: 2379 },
        { host: '::2', port: 2379 },
      ],
      prefix: 'eu',
      tls: { ca: new TextEncoder().encode('PEM') },
      user: { name: 'node' },
    })
    expect(etcd?.user?.password.use((bytes) => new TextDecoder().decode(bytes))).toBe('pass word')
    expect(JSON.stringify(named)).not.toContain('pass word')

    const env = {
      HOLDFAST_ETCD_ENDPOINTS: 'http://127.0.0.1:1,http://127.0.0.1:2',
      HOLDFAST_ETCD_USER: 'node',
      HOLDFAST_ETCD_PASSWORD_FILE: '/x/eu/etcd.password',
    }
    const flags = ['--dir', '/x', '--zone', 'us', '--etcd-prefix', 'zone.us']
    expect(read(flags, { env, files: of({}) })).toMatchObject({
      value: { etcd: { prefix: 'zone.us', endpoints: [{ port: 1 }, { port: 2 }] } },
    })
    expect(read(['--dir', '/x', '--zone', 'us'])).not.toHaveProperty('value.etcd')

    const wrong: readonly (readonly [object, string])[] = [
      [{ sqlite: {} }, 'store.sqlite'],
      [{ etcd: [] }, 'store.etcd'],
      [{ etcd: { ...store.etcd, password: 'x' } }, 'store.etcd.password'],
      [{ etcd: { ...store.etcd, caFile: 'none' } }, 'store.etcd.caFile'],
      [{ etcd: { ...store.etcd, endpoints: [] } }, 'etcdEndpoints'],
      [{ etcd: { ...store.etcd, endpoints: ['10.0.0.1:2379'] } }, 'etcdEndpoints'],
      [{ etcd: { ...store.etcd, endpoints: ['http://10.0.0.1:2379'] } }, 'etcdEndpoints'],
      [{ etcd: { endpoints: ['https://10.0.0.1:2379'] } }, 'etcdEndpoints'],
      [{ etcd: { ...store.etcd, prefix: 'a/b' } }, 'etcdPrefix'],
      [{ etcd: { ...store.etcd, keyFile: '../ca.pem' } }, 'etcdKey'],
      [{ etcd: { endpoints: ['http://127.0.0.1:1'], user: 'node' } }, 'etcdUser'],
      [
        { etcd: { ...store.etcd, endpoints: ['http://10.0.0.1:1'], caFile: undefined } },
        'etcdPassword',
      ],
    ]
    for (const [value, subject] of wrong) {
      expect(refused(read(['--dir', '/x/eu'], { files: of(value) }))).toBe(
        `bad_configuration ${subject}`,
      )
    }
  })
})
