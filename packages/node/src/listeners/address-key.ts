/** What stands for one stranger: an IPv4 address, or the /64 network of an IPv6 address. */
import { isIPv6 } from 'node:net'

export const addressKey = (address: string | undefined): string => {
  if (address === undefined) return 'unknown'
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [plain = ''] = address.split('%', 1)
  if (!isIPv6(plain)) return address
  const [head = '', tail] = plain.toLowerCase().split('::', 2)
  const before = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - behind.length) }, () => '0')
  const groups = tail === undefined ? before : [...before, ...zeros, ...behind]
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''))
  return `${network.join(':')}::/64`
}
