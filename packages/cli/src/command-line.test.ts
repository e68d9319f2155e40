import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { parseAccount } from './account-request.ts'
import { base64Bytes, hexBytes, integer } from './input.ts'
import { choosePorts } from './mesh-folder/ports.ts'
import { parseZone } from './mesh-folder/zones.ts'
import { constraintsOf, walletOptions } from './placement-options.ts'
import { nodeEnvironment } from './processes/node-environment.ts'
import { table } from './table.ts'
import { terminal } from './terminal.ts'

describe('the command line', () => {
  it('reads zones, and refuses what is none', () => {
    expect(parseZone('eu-west:53.35:-6.26:2')).toMatchObject({ id: 'eu-west', level: 2 })
    for (const text of ['eu-west', 'eu-west:91:0:1', 'EU:1:1:1', 'eu:1:1:1:1', 'eu:x:1:1']) {
      expect(() => parseZone(text), text).toThrow('invalid_field')
    }
  })

  it('reads accounts, and refuses what is none', () => {
    expect(parseAccount("bitcoin:p2tr:testnet=m/86'/1'/0'")).toEqual({
      chain: 'bitcoin',
      script: 'p2tr',
      network: 'testnet',
      path: "m/86'/1'/0'",
    })
    expect(parseAccount('solana')).toEqual({ chain: 'solana' })
    for (const text of ['dogecoin', 'bitcoin:p2xx', 'bitcoin:p2tr:moon', 'ethereum=44']) {
      expect(() => parseAccount(text), text).toThrow('invalid_field')
    }
  })

  it('reads placement options, and refuses values that are not allowed', () => {
    expect(constraintsOf({ within: '53,-6,1000', copies: '2' })).toEqual({
      withinKm: { latitude: 53, longitude: -6, km: 1000 },
      copies: 2,
    })
    for (const wrong of [{ within: '53,-6' }, { copies: '0' }, { minLevel: 'high' }]) {
      expect(() => constraintsOf({ ...wrong })).toThrow('invalid_field')
    }
  })

  it('reads how long new credentials wait, and refuses what is no time', () => {
    const options = { proof: 'request' } as const
    expect(walletOptions('w', options).changes).toBeUndefined()
    const { changes } = walletOptions('w', { ...options, changeDelay: '48' })
    expect(changes).toEqual({ quorum: 1, delayMs: 172_800_000 })
    for (const changeDelay of ['', '-1', 'soon', '1e9']) {
      expect(() => walletOptions('w', { ...options, changeDelay })).toThrow('invalid_field')
    }
  })

  it('reads hexadecimal, base64 of both kinds and integers strictly', () => {
    expect(hexBytes('0xABcd', 'x')).toEqual(Uint8Array.of(0xab, 0xcd))
    expect(base64Bytes('+/8=', 'x')).toEqual(base64Bytes('-_8', 'x'))
    expect(integer('10', 'x')).toBe(10n)
    for (const text of ['0xabc', 'zz']) expect(() => hexBytes(text, 'x')).toThrow('invalid_field')
    for (const text of ['-1', '1.5', '01', '']) {
      expect(() => integer(text, 'x')).toThrow('invalid_field')
    }
  })

  it('gives nodes nothing of its own environment', () => {
    const { MALLOC_ARENA_MAX, ...given } = nodeEnvironment({
      PATH: '/bin',
      HOLDFAST_KEY: 'x',
      HOLDFAST_MESH: 'y',
    })
    expect(given).toEqual({ PATH: '/bin' })
    expect(MALLOC_ARENA_MAX).toBe('1')
  })
})

describe('ports', () => {
  it('are others than the wanted ones where one of those is in use', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    try {
      const chosen = await choosePorts(3, port)
      const all = chosen.flatMap((ports) => Object.values(ports))
      expect(all).not.toContain(port)
      // Three nodes: client, plain, mesh, management, KMIP over TLS and over HTTPS.
      expect(new Set(all).size).toBe(3 * 6)
    } finally {
      server.close()
    }
  })
})

describe('the terminal', () => {
  const open = (json: boolean) => {
    const out: string[] = []
    const err: string[] = []
    let clock = 0
    const talk = terminal({
      json,
      stdout: { write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
      color: false,
      now: () => (clock += 21),
    })
    return { talk, out, err }
  }

  it('writes plain lines with the measured time where nobody watches', () => {
    const { talk, out } = open(false)
    talk.step('Do it').done('done\nmore')
    expect(out.join('')).toMatch(/^✓ Do it +21 ms  done\n    more\n$/)
  })

  it('writes one JSON value a line, and no talk, where JSON is asked for', () => {
    const { talk, out, err } = open(true)
    talk.say('talk')
    talk.line('line')
    talk.step('Do it').failed('broken')
    talk.data({ a: 1 }, 'text')
    expect(err).toEqual([])
    expect(out.map((line) => JSON.parse(line))).toEqual([
      { step: 'Do it', ok: false, outcome: 'broken', ms: 21 },
      { a: 1 },
    ])
  })

  it('aligns columns by their widest cell', () => {
    expect(
      table([
        ['a', 'b'],
        ['long', 'c'],
      ]),
    ).toBe('a     b\nlong  c')
  })
})
