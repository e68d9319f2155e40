import type { RefusalError } from '@holdfast/base/errors'
import { describe, expect, it } from 'vitest'
import { certificateNames, kmipNames } from './kmip-names.ts'

const refused = (names: readonly string[], host: string): string | undefined => {
  try {
    kmipNames(names, host)
    return undefined
  } catch (error) {
    return (error as RefusalError).refusal.subject
  }
}

describe('the names of a KMIP listener', () => {
  it('are the address that is listened on, unless others are given', () => {
    expect(kmipNames([], '127.0.0.1')).toEqual(['127.0.0.1'])
    expect(kmipNames(['kmip.example', '10.0.0.1'], '0.0.0.0')).toEqual(['kmip.example', '10.0.0.1'])
  })

  it('are refused where no client could call the node by them', () => {
    expect(refused([], '0.0.0.0')).toBe('kmipNames')
    expect(refused([], '::')).toBe('kmipNames')
    for (const name of ['a b', '-a', 'a..b', '', '*']) expect(refused([name], 'h')).toBe(name)
  })

  it('are DNS names and the bytes of addresses', () => {
    const names = ['kmip.example', '127.0.0.1', '::1', '2001:db8::5', '1:2:3:4:5:6:7:8']
    const { dns, ip } = certificateNames(names)
    expect(dns).toEqual(['kmip.example'])
    expect(ip.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual([
      '7f000001',
      '00000000000000000000000000000001',
      '20010db8000000000000000000000005',
      '00010002000300040005000600070008',
    ])
  })
})
