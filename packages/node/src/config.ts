/**
 * What a node is told from outside: addresses and tuning, never a value of security. Flags over
 * environment (`HOLDFAST_*`, `*_FILE` for a value in a file) over `node.json` over defaults; an
 * unknown key is an error.
 */
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { ZoneId } from '@holdfast/base/ids'
import { parseStrictJson } from '@holdfast/base/json'
import { parseHostPort } from './host-port.ts'
import { assembleKmipSettings, type KmipSettings, kmipSettingKeys } from './kmip-settings.ts'
import { configBytesMax } from './limits.ts'
import { type LogLevel, logLevels } from './logs.ts'
import type { HostPort, PeerAddress } from './mesh/peer-address.ts'
import type { ServiceAddress } from './platform/pccs/https-get.ts'
import { assembleEtcd, etcdKeys, storeOfFile } from './store-config.ts'
import type { EtcdConfig } from './stores/etcd/etcd-config.ts'

export type NodeConfig = {
  /** The node's folder: sealed zone key, store, simulated machine. */
  readonly dir: string
  readonly zone: ZoneId
  readonly listenClient?: HostPort
  readonly listenPlain?: HostPort
  readonly listenMesh?: HostPort
  readonly listenManagement?: HostPort
  /** KMIP over TLS, and KMIP over HTTPS. */
  readonly listenKmip?: HostPort
  readonly listenKmipHttps?: HostPort
  /** DNS names and addresses that KMIP clients call the node by; its listen address where empty. */
  readonly kmipNames: readonly string[]
  readonly kmip: KmipSettings
  readonly peers: readonly PeerAddress[]
  /** The folder of the built web page; it is not served where this is absent. */
  readonly console?: string
  /** The file of the chain of manifests. */
  readonly manifest: string
  readonly logLevel: LogLevel
  /** The store, where it is not the SQLite file of the folder. */
  readonly etcd?: EtcdConfig
  /** Where the collateral of this machine's quotes comes from. */
  readonly pccs?: ServiceAddress
  /** Where AMD's certificates come from that the host does not give. */
  readonly kds?: ServiceAddress
}

/** Text as it came, by key; `peers` are `zone=host:port`. */
type Values = Readonly<Partial<Record<string, readonly string[]>>>

const keys = {
  zone: 'zone',
  listenClient: 'listen-client',
  listenPlain: 'listen-plain',
  listenMesh: 'listen-mesh',
  listenManagement: 'listen-management',
  listenKmip: 'listen-kmip',
  listenKmipHttps: 'listen-kmip-https',
  kmipNames: 'kmip-name',
  ...kmipSettingKeys,
  peers: 'peer',
  manifest: 'manifest',
  console: 'console',
  logLevel: 'log-level',
  pccs: 'pccs',
  pccsCa: 'pccs-ca-file',
  kds: 'kds',
  kdsCa: 'kds-ca-file',
  ...etcdKeys,
} as const
type Key = keyof typeof keys
/** Keys of several values: repeated flags, commas in a variable. */
const lists: ReadonlySet<Key> = new Set<Key>(['peers', 'kmipNames', 'etcdEndpoints'])
/** Given as files that hold them. */
const authorities: ReadonlySet<string> = new Set<Key>(['pccsCa', 'kdsCa'])
const keyNames = Object.keys(keys) as Key[]

/** Of the client and of tests, which may share an environment with a node. */
const othersVariables = /^HOLDFAST_(?:DIR|KEY|KEY_FILE|MESH|MINIMUM_SERIAL|NODES|SHARED|TEST_.*)$/

const variableOf = (key: Key): string =>
  `HOLDFAST_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`

export type ConfigInput = {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Undefined where there is no such file. */
  readFile(path: string): Uint8Array | undefined
}

const flagsOf = (argv: readonly string[]) => {
  const text = { type: 'string' } as const
  const options = {
    dir: text,
    config: text,
    ...Object.fromEntries(keyNames.map((key) => [keys[key], { type: 'string', multiple: true }])),
  } as const
  try {
    return parseArgs({ args: [...argv], options: options as never, strict: true, tokens: false })
      .values as Readonly<Record<string, string | readonly string[] | undefined>>
  } catch {
    const known = new Set(['dir', 'config', ...Object.values(keys)].map((name) => `--${name}`))
    const wrong = argv.find(
      (word) => word.startsWith('-') && !known.has(word.split('=', 1)[0] ?? ''),
    )
    return fail('bad_configuration', 'a flag is unknown or has no value', wrong ?? 'flags')
  }
}

const fileText = (input: ConfigInput, path: string, subject: string): string => {
  const bytes = input.readFile(path)
  if (bytes === undefined) return fail('bad_configuration', 'a file cannot be read', subject)
  return new TextDecoder().decode(bytes).trim()
}

const fromFlags = (input: ConfigInput, flags: ReturnType<typeof flagsOf>): Values =>
  Object.fromEntries(
    keyNames.flatMap((key) => {
      const value = flags[keys[key]]
      if (value === undefined) return []
      const texts = [value].flat()
      if (!keys[key].endsWith('-file')) return [[key, texts]]
      return [[key, texts.map((path) => fileText(input, resolve(input.cwd, path), keys[key]))]]
    }),
  )

const fromEnvironment = (input: ConfigInput): Values => {
  const values: Record<string, readonly string[]> = {}
  const names = new Map<string, Key>(keyNames.map((key) => [variableOf(key), key]))
  for (const [name, value] of Object.entries(input.env)) {
    if (!name.startsWith('HOLDFAST_') || value === undefined || othersVariables.test(name)) continue
    const inFile = name.endsWith('_FILE')
    const key = names.get(inFile ? name.slice(0, -'_FILE'.length) : name)
    if (key === undefined) return fail('bad_configuration', 'an unknown variable is set', name)
    if (values[key] !== undefined) {
      return fail('bad_configuration', 'a variable is set twice, once as a file', name)
    }
    const text = inFile ? fileText(input, resolve(input.cwd, value), name) : value
    values[key] = lists.has(key) ? text.split(',').filter((one) => one !== '') : [text]
  }
  return values
}

const peersOfFile = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail('bad_configuration', 'peers are an object of zone and address', 'peers')
  }
  return Object.entries(value).flatMap(([zone, addresses]) =>
    [addresses].flat().map((address) => {
      if (typeof address === 'string') return `${zone}=${address}`
      return fail('bad_configuration', 'an address of a peer is no text', 'peers')
    }),
  )
}

const namesOfFile = (value: unknown): readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string')
    ? value
    : fail('bad_configuration', 'names are a list of texts', 'kmipNames')

const fromFile = (input: ConfigInput, path: string): Values => {
  const bytes = input.readFile(path)
  if (bytes === undefined) return fail('bad_configuration', 'the file cannot be read', path)
  if (bytes.length > configBytesMax) return fail('bad_configuration', 'the file is too long', path)
  const parsed = attempt(() => parseStrictJson(bytes))
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null) {
    return fail('bad_configuration', 'the file is no strict JSON object', path)
  }
  const readText = (file: string, subject: string): string =>
    fileText(input, resolve(dirname(path), file), subject)
  return Object.fromEntries(
    Object.entries(parsed.value).flatMap(([key, value]: [string, unknown]) => {
      if (key === 'store') return storeOfFile(value, readText)
      if (!Object.hasOwn(keys, key) || Object.hasOwn(etcdKeys, key))
        return fail('bad_configuration', 'an unknown key', key)
      if (key === 'peers') return [[key, peersOfFile(value)]]
      if (key === 'kmipNames') return [[key, namesOfFile(value)]]
      if (authorities.has(key) && typeof value === 'string') {
        return [[key, [readText(value, key)]]]
      }
      if (typeof value === 'string') return [[key, [value]]]
      return fail('bad_configuration', 'a value is no text', key)
    }),
  )
}

const parsePeer = (text: string): PeerAddress => {
  const at = text.indexOf('=')
  const zone = attempt(() => ZoneId(text.slice(0, Math.max(at, 0))))
  if (!zone.ok) return fail('bad_configuration', 'a peer is zone=host:port', 'peers')
  const address = parseHostPort(text.slice(at + 1), 'peers')
  return { zone: zone.value, ...address }
}

/** `https://host[:port][/path]`; plain http on loopback alone. */
const parseService = (
  key: 'pccs' | 'kds',
  one: (key: Key) => string | undefined,
): { readonly [Name in typeof key]?: ServiceAddress } => {
  const text = one(key)
  const ca = one(`${key}Ca`)
  if (text === undefined) return {}
  const url = URL.canParse(text) ? new URL(text) : undefined
  const local = url !== undefined && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  if (url === undefined || !(url.protocol === 'https:' || (url.protocol === 'http:' && local))) {
    return fail('bad_configuration', 'a service of collateral is https://host:port', key)
  }
  return { [key]: { url: text, ...(ca === undefined ? {} : { ca }) } }
}

const assemble = (dir: string, file: Values, over: Values, cwd: string): NodeConfig => {
  const one = (key: Key): string | undefined => {
    const values = over[key] ?? file[key]
    if (values !== undefined && values.length !== 1) fail('bad_configuration', 'given twice', key)
    return values?.[0]
  }
  const address = (key: Key): HostPort | undefined => {
    const text = one(key)
    return text === undefined ? undefined : parseHostPort(text, key)
  }
  const zone = attempt(() => ZoneId(one('zone') ?? ''))
  if (!zone.ok) return fail('bad_configuration', 'the zone is missing or no name', 'zone')
  const level = logLevels.find((name) => name === (one('logLevel') ?? 'info'))
  if (level === undefined) return fail('bad_configuration', 'not a level of logs', 'logLevel')
  const manifest = one('manifest') ?? 'manifest.json'
  const listeners = {
    listenClient: address('listenClient'),
    listenPlain: address('listenPlain'),
    listenMesh: address('listenMesh'),
    listenManagement: address('listenManagement'),
    listenKmip: address('listenKmip'),
    listenKmipHttps: address('listenKmipHttps'),
  }
  const page = one('console')
  const etcd = assembleEtcd({ ...file, ...over }, one, zone.value)
  const given = Object.entries(listeners).filter(([, value]) => value !== undefined)
  return {
    dir,
    zone: zone.value,
    ...(Object.fromEntries(given) as Partial<Record<keyof typeof listeners, HostPort>>),
    kmipNames: over['kmipNames'] ?? file['kmipNames'] ?? [],
    kmip: assembleKmipSettings(one),
    peers: (over['peers'] ?? file['peers'] ?? []).map(parsePeer),
    // A path in the file is relative to it, one of a flag to where the command was given.
    manifest: resolve(over['manifest'] === undefined ? dir : cwd, manifest),
    ...(page === undefined
      ? {}
      : { console: resolve(over['console'] === undefined ? dir : cwd, page) }),
    logLevel: level,
    ...(etcd === undefined ? {} : { etcd }),
    ...parseService('pccs', one),
    ...parseService('kds', one),
  }
}

/**
 * Reads the configuration. Refuses `bad_configuration` with the key, flag or variable that is
 * wrong as its subject.
 *
 *     readConfig({ argv: ['--dir', 'mesh/nodes/eu'], env, cwd, readFile })
 */
export const readConfig = (input: ConfigInput): Result<NodeConfig> =>
  attempt(() => {
    const flags = flagsOf(input.argv)
    const { dir: dirFlag, config } = flags as { dir?: string; config?: string }
    if (dirFlag === undefined && config === undefined) {
      return fail('bad_configuration', 'name the folder of the node with --dir', 'dir')
    }
    const file = resolve(input.cwd, config ?? join(dirFlag ?? '', 'node.json'))
    const dir = dirFlag === undefined ? dirname(file) : resolve(input.cwd, dirFlag)
    const over = { ...fromEnvironment(input), ...fromFlags(input, flags) }
    // Without a file all may be said by flags; one that is named must be there.
    const absent = config === undefined && input.readFile(file) === undefined
    return assemble(dir, absent ? {} : fromFile(input, file), over, input.cwd)
  })
