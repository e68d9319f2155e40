import { expect, it } from 'vitest'
import { addressKey } from './address-key.ts'

it('takes an IPv4 address, also in IPv6 form, and the /64 of an IPv6 address', () => {
  expect(addressKey('192.0.2.7')).toBe('192.0.2.7')
  expect(addressKey('::ffff:192.0.2.7')).toBe('192.0.2.7')
  const network = '2001:db8:0:1::/64'
  expect(addressKey('2001:db8:0:1:2:3:4:5')).toBe(network)
  expect(addressKey('2001:db8:0:1::9')).toBe(network)
  expect(addressKey('2001:0DB8::1:ffff:0:0:1')).toBe(network)
  expect(addressKey('2001:db8:0:2::9')).not.toBe(network)
  expect(addressKey('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  expect(addressKey('::1')).toBe('0:0:0:0::/64')
  expect(addressKey(undefined)).toBe('unknown')
})
