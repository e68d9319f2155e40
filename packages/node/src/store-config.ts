/** Which store a node has: its own SQLite file, or the etcd that its configuration names. */
import { utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { BufferSecret } from '@holdfast/base/secret'
import { parseHostPort } from './host-port.ts'
import type { EtcdAddress, EtcdConfig } from './stores/etcd/etcd-config.ts'

/** Key → flag. A flag that ends in `-file` names a file with the value. */
export const etcdKeys = {
  etcdEndpoints: 'etcd-endpoint',
  etcdPrefix: 'etcd-prefix',
  etcdUser: 'etcd-user',
  etcdPassword: 'etcd-password-file',
  etcdCa: 'etcd-ca-file',
  etcdCertificate: 'etcd-certificate-file',
  etcdKey: 'etcd-key-file',
} as const
type EtcdKey = keyof typeof etcdKeys

/** Key of `store.etcd` in `node.json` → where it belongs; those with a path are read. */
const textsOfFile: Readonly<Record<string, EtcdKey>> = { prefix: 'etcdPrefix', user: 'etcdUser' }
const pathsOfFile: Readonly<Record<string, EtcdKey>> = {
  passwordFile: 'etcdPassword',
  caFile: 'etcdCa',
  certificateFile: 'etcdCertificate',
  keyFile: 'etcdKey',
}

const objectOf = (value: unknown, subject: string): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value)
    : fail('bad_configuration', 'this is an object', subject)

const textOf = (value: unknown, subject: string): string =>
  typeof value === 'string' ? value : fail('bad_configuration', 'a value is no text', subject)

/** `store` of `node.json` as flat keys. `readText` takes a path relative to the node's folder. */
export const storeOfFile = (
  value: unknown,
  readText: (path: string, subject: string) => string,
): [EtcdKey, readonly string[]][] =>
  objectOf(value, 'store').flatMap(([kind, options]) => {
    const subject = `store.${kind}`
    if (kind !== 'etcd') return fail('bad_configuration', 'a store is etcd', subject)
    return objectOf(options, subject).map(([key, option]): [EtcdKey, readonly string[]] => {
      const name = `${subject}.${key}`
      if (key === 'endpoints' && Array.isArray(option)) {
        return ['etcdEndpoints', option.map((endpoint) => textOf(endpoint, name))]
      }
      const text = textsOfFile[key]
      if (text !== undefined) return [text, [textOf(option, name)]]
      const path = pathsOfFile[key]
      if (path !== undefined) return [path, [readText(textOf(option, name), name)]]
      return fail('bad_configuration', 'an unknown key', name)
    })
  })

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost'])

const parseEndpoint = (text: string): { readonly scheme: string; host: string; port: number } => {
  const match = /^(https?):\/\/([^/]+)$/.exec(text)
  if (match === null) {
    return fail('bad_configuration', 'an endpoint is https://host:port', 'etcdEndpoints')
  }
  return { scheme: match[1] as string, ...parseHostPort(match[2] as string, 'etcdEndpoints') }
}

const parseTls = (one: (key: EtcdKey) => string | undefined): EtcdAddress['tls'] => {
  const [ca, certificate, key] = [one('etcdCa'), one('etcdCertificate'), one('etcdKey')]
  if ((certificate === undefined) !== (key === undefined)) {
    return fail('bad_configuration', 'a certificate and its key come together', 'etcdKey')
  }
  if (ca === undefined) {
    return certificate === undefined
      ? undefined
      : fail('bad_configuration', 'TLS needs the authority of etcd', 'etcdCa')
  }
  if (certificate === undefined || key === undefined) return { ca: utf8(ca) }
  return { ca: utf8(ca), client: { certificate: utf8(certificate), key: utf8(key) } }
}

/** Undefined where no etcd is named. Refuses `bad_configuration`. */
export const assembleEtcd = (
  values: Readonly<Partial<Record<string, readonly string[]>>>,
  one: (key: EtcdKey) => string | undefined,
  zone: string,
): EtcdConfig | undefined => {
  const given = (Object.keys(etcdKeys) as EtcdKey[]).filter((key) => values[key] !== undefined)
  if (given.length === 0) return undefined
  const endpoints = (values['etcdEndpoints'] ?? []).map(parseEndpoint)
  if (endpoints.length === 0) fail('bad_configuration', 'no endpoint is named', 'etcdEndpoints')
  const tls = parseTls(one)
  const scheme = tls === undefined ? 'http' : 'https'
  if (endpoints.some((endpoint) => endpoint.scheme !== scheme)) {
    fail('bad_configuration', 'https needs the authority of etcd, http has none', 'etcdEndpoints')
  }
  const prefix = one('etcdPrefix') ?? zone
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(prefix)) {
    fail('bad_configuration', 'a prefix is a name without a slash', 'etcdPrefix')
  }
  const [name, password] = [one('etcdUser'), one('etcdPassword')]
  if ((name === undefined) !== (password === undefined)) {
    fail('bad_configuration', 'a user and a password come together', 'etcdUser')
  }
  if (password !== undefined && !tls && endpoints.some(({ host }) => !loopback.has(host))) {
    fail('bad_configuration', 'a password needs TLS', 'etcdPassword')
  }
  return {
    endpoints: endpoints.map(({ host, port }) => ({ host, port })),
    prefix,
    ...(tls === undefined ? {} : { tls }),
    ...(name === undefined || password === undefined
      ? {}
      : { user: { name, password: new BufferSecret(utf8(password)) } }),
  }
}
