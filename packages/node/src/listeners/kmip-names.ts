/** The names that a KMIP client may call a node by, as the leaf of the zone's CA carries them. */
import { isIP } from 'node:net'
import { fail } from '@holdfast/base/errors'
import type { CertificateNames } from '@holdfast/enclave/core/core-interface'

const ipv4Bytes = (text: string): Uint8Array => Uint8Array.from(text.split('.'), Number)

/** RFC 4291 §2.2; the URL parser writes the one form that RFC 5952 allows. */
const ipv6Bytes = (text: string): Uint8Array => {
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::')
  const groupsOf = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return Uint8Array.from(
    [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]),
  )
}

const dnsName =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

const isUnspecified = (host: string): boolean =>
  isIP(host) === 4
    ? ipv4Bytes(host).every((byte) => byte === 0)
    : isIP(host) === 6 && ipv6Bytes(host).every((byte) => byte === 0)

/** The given names, or the address that is listened on. Fails with `bad_configuration`. */
export const kmipNames = (
  names: readonly string[],
  listenHost: string,
): readonly [string, ...string[]] => {
  const [first = listenHost, ...rest] = names
  const all: readonly [string, ...string[]] = [first, ...rest]
  const wrong = all.find((name) => isIP(name) === 0 && !dnsName.test(name))
  if (wrong !== undefined) fail('bad_configuration', 'neither a DNS name nor an address', wrong)
  if (all.some(isUnspecified)) {
    fail('bad_configuration', 'say how clients call the node that listens everywhere', 'kmipNames')
  }
  return all
}

export const certificateNames = (names: readonly string[]): CertificateNames => ({
  dns: names.filter((name) => isIP(name) === 0),
  ip: names.flatMap((name) =>
    isIP(name) === 4 ? [ipv4Bytes(name)] : isIP(name) === 6 ? [ipv6Bytes(name)] : [],
  ),
})
