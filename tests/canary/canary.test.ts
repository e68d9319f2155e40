import { spawn } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { inspect } from 'node:util'
import { BufferSecret } from '@holdfast/base/secret'
import { apiKeyFrom, type ChannelKind, type ImportKey, secretText } from '@holdfast/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { recordingTransport } from '../support/recording-transport.ts'
import { type Canaries, makeCanaries, searchFolder, searchValue } from './canaries.ts'
import { memoryOfImport } from './client-memory.ts'
import { hasProcessMemory } from './process-memory.ts'

const cli = join(import.meta.dirname, '../../packages/cli/src/main.ts')
const channels = ['websocket', 'https', 'plain'] as const satisfies readonly ChannelKind[]

let mesh: TestMesh
let canaries: Canaries
beforeAll(async () => {
  mesh = await startMesh()
  canaries = makeCanaries()
}, 120_000)
afterAll(() => mesh?.stop())

const inText = (value: string | Uint8Array): string[] => searchValue(canaries.search, value)

const keysOf = (mnemonic: string): readonly ImportKey[] => [
  {
    name: 'phrase',
    kind: 'bip39',
    source: {
      format: 'mnemonic',
      secret: secretText(mnemonic),
      passphrase: secretText(canaries.passphrase),
    },
    accounts: [{ chain: 'ethereum' }],
  },
  {
    name: 'raw',
    kind: 'secp256k1',
    source: { format: 'raw', secret: new BufferSecret(Uint8Array.from(canaries.raw)) },
    accounts: [],
  },
]

/** Everything that an error says of itself, to people and to programs. */
const textOf = (error: unknown): string =>
  [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error)].join('\n')

describe.skipIf(!hasProcessMemory())('the memory of a client that has imported', () => {
  it.each(channels)('has no copy of its secrets left, over %s', async (channel) => {
    const options = { mesh: mesh.mesh, nodes: mesh.nodes.map(({ url }) => url), channel }
    const { inOrder, search } = canaries
    const memory = await memoryOfImport(options, inOrder, search)
    expect(memory.addresses).toHaveLength(2)
    // The whole heap was searched, not a corner of it.
    expect(memory.searchedBytes).toBeGreaterThan(50 * 1024 * 1024)
    expect(memory.found).toEqual([])
    expect(inText(memory.output)).toEqual([])
  })

  it.each(['string', 'bytes'] as const)(
    'shows a copy that was kept on purpose as %s',
    async (plant) => {
      const nodes = mesh.nodes.map(({ url }) => url)
      const options = { mesh: mesh.mesh, nodes, channel: 'websocket', plant } as const
      const { found } = await memoryOfImport(options, canaries.inOrder, canaries.search)
      expect(found.join('\n')).toContain('raw key')
    },
  )
})

describe('what leaves a client and a node', () => {
  it.each(channels)(
    'has no secret in it, over %s: answers, requests, refusals',
    async (channel) => {
      const transport = recordingTransport()
      using key = apiKeyFrom('ed25519', Uint8Array.from(canaries.apiKey))
      const client = await mesh.connect({ channel, transport, credentials: [key] })
      const { wallet } = await client.importWallet({
        name: 'canary',
        keys: keysOf(canaries.mnemonic),
      })
      const wrong = canaries.wrongMnemonic
      const attempts = [
        () => client.importWallet({ name: 'wrong', keys: keysOf(wrong) }),
        () => client.importWallet({ name: 'unknown', keys: keysOf(`${wrong} zoo`) }),
        () =>
          client.sign(
            { wallet: wallet.id },
            {
              kind: 'raw',
              key: wallet.keys[1]!.id,
              algorithm: 'ecdsa-secp256k1',
              data: '00'.repeat(32),
            },
          ),
      ]
      const errors: unknown[] = []
      for (const attempt of attempts) errors.push(await attempt().catch((error: unknown) => error))
      expect(errors.every((error) => error instanceof Error)).toBe(true)
      await client.nodes()
      const said = [wallet, await client.showWallet(wallet.id), await client.listWallets()]
      const everything = [
        ...transport.exchanges.flatMap(({ requestBody, body }) => [requestBody ?? '', body]),
        ...errors.map(textOf),
        ...said.map((one) => JSON.stringify(one)),
        inspect(client, { depth: 20 }),
        inspect(key, { depth: 20, showHidden: true }),
      ]
      expect(everything.flatMap(inText)).toEqual([])
    },
  )

  it('is what metrics, status and evidence say: no secret', async () => {
    const bodies = await Promise.all(
      mesh.nodes.flatMap(({ management, plainUrl }) =>
        [
          `${management}/metrics`,
          `${management}/readyz`,
          `${plainUrl}/v1/node`,
          `${plainUrl}/v1/evidence?nonce=${'00'.repeat(32)}`,
        ].map(async (url) => (await fetch(url)).text()),
      ),
    )
    expect(bodies.flatMap(inText)).toEqual([])
  })

  it('is what the command prints of an import, and of one that fails: no secret', async () => {
    const outputs: string[] = []
    for (const mnemonic of [canaries.mnemonic, `${canaries.mnemonic} zoo`]) {
      const flags = ['--dir', mesh.dir, '--json', '--format', 'mnemonic', '--account', 'ethereum']
      const child = spawn(process.execPath, [cli, 'wallet', 'import', 'canary', ...flags])
      child.stdin.end(`${mnemonic}\n`)
      const parts: Buffer[] = []
      child.stdout.on('data', (part: Buffer) => parts.push(part))
      child.stderr.on('data', (part: Buffer) => parts.push(part))
      await new Promise((resolve) => child.once('close', resolve))
      outputs.push(Buffer.concat(parts).toString())
    }
    expect(outputs[0]).toContain('"address"')
    expect(outputs[1]).toMatch(/bad_key|bad_checksum/)
    expect(outputs.flatMap(inText)).toEqual([])
  })
})

describe('what lies on disk', () => {
  it('is no secret: stores with their logs, logs of nodes, all of the mesh folder', () => {
    expect(searchFolder(canaries.search, mesh.dir)).toEqual([])
    for (const { dir } of mesh.nodes) {
      expect(readFileSync(join(dir, 'node.log'), 'utf8')).toContain('"msg":"ready"')
      expect(readFileSync(join(dir, 'store.sqlite-wal')).length).toBeGreaterThan(10_000)
    }
  })

  it('is no secret in arguments and environments of the nodes', () => {
    const files = mesh.nodes.flatMap((node) => [
      `/proc/${node.pid()}/cmdline`,
      `/proc/${node.pid()}/environ`,
    ])
    if (!hasProcessMemory()) return
    expect(files.flatMap((file) => inText(readFileSync(file)))).toEqual([])
  })
})

describe('a search', () => {
  it('finds what was planted in a store, its log, a log file, an answer and an error', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-canary-'))
    try {
      const [node] = mesh.nodes
      const path = join(folder, 'store.sqlite')
      for (const end of ['', '-wal'])
        copyFileSync(join(node!.dir, `store.sqlite${end}`), path + end)
      copyFileSync(join(node!.dir, 'node.log'), join(folder, 'node.log'))
      expect(searchFolder(canaries.search, folder)).toEqual([])
      const database = new DatabaseSync(path)
      database.exec('PRAGMA wal_autocheckpoint = 0')
      const insert = database.prepare('INSERT INTO records VALUES (?, 1, ?)')
      insert.run('object/planted', canaries.raw)
      const found = (): string => searchFolder(canaries.search, folder).join('\n')
      expect(found()).toContain('store.sqlite-wal: raw key')
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      expect(found()).toContain('store.sqlite: raw key')
      database.close()
      appendFileSync(join(folder, 'node.log'), JSON.stringify({ detail: canaries.passphrase }))
      expect(found()).toContain('node.log: passphrase')
    } finally {
      rmSync(folder, { recursive: true })
    }
    const { raw, mnemonic } = canaries
    const request = Buffer.from(JSON.stringify({ key: Buffer.from(raw).toString('hex') })).toString(
      'base64url',
    )
    expect(inText(JSON.stringify({ request }))).not.toEqual([])
    expect(inText(textOf(new Error(`no phrase: ${mnemonic}`)))).not.toEqual([])
  })

  it('finds every form of every secret, wherever it stands', () => {
    const { search, raw } = canaries
    const file = mkdtempSync(join(tmpdir(), 'holdfast-canary-'))
    try {
      const forms: readonly (readonly [string, string | Uint8Array])[] = [
        ['raw', raw],
        ['reversed', Uint8Array.from(raw).toReversed()],
        ['hex', Buffer.from(raw).toString('hex')],
        ['HEX', Buffer.from(raw).toString('hex').toUpperCase()],
        ['hex, UTF-16LE', Buffer.from(Buffer.from(raw).toString('hex'), 'utf16le')],
        ...[0, 1, 2].flatMap((shift) =>
          (['base64', 'base64url'] as const).map((form) => {
            const whole = Buffer.concat([Buffer.alloc(shift, 7), raw, Buffer.alloc(9, 9)])
            return [`${form} at ${shift}`, whole.toString(form)] as const
          }),
        ),
      ]
      for (const [name, value] of forms) {
        writeFileSync(join(file, 'planted'), Buffer.concat([Buffer.alloc(99), Buffer.from(value)]))
        const found = searchFolder(search, file)
        expect(
          found.some((one) => one.includes(`half, ${name}`)),
          name,
        ).toBe(true)
      }
    } finally {
      rmSync(file, { recursive: true })
    }
  })
})
