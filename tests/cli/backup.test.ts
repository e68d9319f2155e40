/** Backups as people make them: guardians' keys, shares, a drill, and recovery with no server. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HDKey } from '@scure/bip32'
import { mnemonicToSeedSync } from '@scure/bip39'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { holdfast } from './command.ts'
import { jsonOf } from './json-of.ts'

const names = ['alice', 'bob', 'carol'] as const

let mesh: TestMesh
let running = true
const files = mkdtempSync(join(tmpdir(), 'holdfast-backup-'))
const at = (name: string): string => join(files, name)
const run = (args: readonly string[], options: { stdin?: string } = {}) =>
  holdfast(args, { ...options, env: { HOLDFAST_DIR: mesh.dir } })
const json = (args: readonly string[], options: { stdin?: string } = {}) =>
  jsonOf(run([...args, '--json'], options))
const codeOf = async (args: readonly string[]): Promise<string> => {
  const { code, stderr } = await run([...args, '--json'])
  expect(code).toBe(1)
  return JSON.parse(stderr).code
}
const guardians: string[] = []
const made = new Map<string, { wallet: string; address: string; file: string }>()

/** A wallet, its backup file, and the letters of every guardian's share. */
const backUp = async (name: string, create: readonly string[], stdin = ''): Promise<void> => {
  const { wallet } = await json(['wallet', ...create], { stdin })
  expect(wallet.backups).toBeUndefined()
  const file = at(`${name}.json`)
  const named = guardians.flatMap((guardian) => ['--guardian', guardian])
  const make = ['backup', 'make', wallet.id, '--threshold', '2', '--out', file]
  const answer = await json([...make, ...named])
  expect(answer.state).toBe('untested')
  for (const guardian of names) {
    const share = at(`${name}-${guardian}`)
    const written = ['--out', `${share}.txt`, '--page', `${share}.html`]
    await json(['guardian', 'open', file, '--key', at(guardian), ...written])
  }
  made.set(name, { wallet: wallet.id, address: wallet.accounts[0].address, file })
}
const of = (name: string) => {
  const found = made.get(name)
  if (found === undefined) throw new Error('not made')
  return found
}

beforeAll(async () => {
  mesh = await startMesh()
  for (const name of names) {
    const { publicKey } = await json(['guardian', 'key', at(name)])
    guardians.push(`${name}=${publicKey}`)
  }
  await backUp('phrase', ['create', 'treasury', '--account', 'ethereum'])
  const imported = ['import', 'till', '--format', 'raw', '--account', 'ethereum']
  await backUp('single', imported, '11'.repeat(32))
}, 120_000)
afterAll(async () => {
  if (running) await mesh?.stop()
  rmSync(files, { recursive: true, force: true })
}, 60_000)

describe('a backup', () => {
  it('keeps the keys of guardians and their shares from other users of the machine', () => {
    for (const file of [at('alice'), at('phrase-alice.txt'), at('phrase-alice.html')]) {
      expect(statSync(file).mode & 0o777).toBe(0o600)
    }
  })

  it('opens for its guardians alone', async () => {
    await json(['guardian', 'key', at('mallory')])
    const open = ['guardian', 'open', of('phrase').file, '--key', at('mallory')]
    expect(await codeOf([...open, '--out', at('none.txt')])).toBe('bad_key')
  })

  it('is proved by a drill in which only the enclave sees the keys', async () => {
    const { wallet } = of('phrase')
    const home = (await json(['wallet', 'show', wallet])).wallet.home
    for (const name of ['alice', 'bob']) {
      const out = ['--out', at(`drill-${name}`)]
      await json(['guardian', 'seal', at(`phrase-${name}.txt`), '--zone', home, ...out])
    }
    const prove = (...shares: string[]) => {
      const named = shares.flatMap((share) => ['--share', at(share)])
      return ['backup', 'prove', ...named]
    }
    expect(await codeOf(prove('drill-alice', 'drill-alice'))).toBe('bad_share')
    const answer = await json(prove('drill-alice', 'drill-bob'))
    expect(answer.state).toBe('backed')
    const shown = await run(['wallet', 'show', wallet])
    expect(shown.stdout).toMatch(/backup +backed/)
    const other = await run(['wallet', 'show', of('single').wallet])
    expect(other.stdout).toMatch(/backup +untested/)
  })

  it('is refused with fewer guardians than its threshold, or one named twice', async () => {
    const { wallet } = of('phrase')
    const make = (...of: string[]) => {
      const named = of.flatMap((guardian) => ['--guardian', guardian])
      return ['backup', 'make', wallet, '--threshold', '3', '--out', at('never.json'), ...named]
    }
    const [alice = '', bob = ''] = guardians
    expect(await codeOf(make(alice, bob))).toBe('invalid_field')
    expect(await codeOf(make(alice, bob, alice))).toBe('invalid_field')
    expect(await codeOf(make('alice=AAAA', bob))).toBe('bad_key')
  })

  describe('with every server gone', () => {
    beforeAll(async () => {
      await mesh.stop()
      running = false
    }, 60_000)

    const recover = (name: string, ...by: string[]) => {
      const out = at(`${name}-${by.join('')}-restored.json`)
      return ['recover', ...by.map((guardian) => at(`${name}-${guardian}.txt`)), '--out', out]
    }

    it.each([
      ['alice', 'bob'],
      ['carol', 'alice'],
      ['alice', 'bob', 'carol'],
    ])('restores the seed phrase of the very addresses, by %s and %s %s', async (...by) => {
      const guardiansOf = by.filter((one) => one !== undefined)
      const { out } = await json(recover('phrase', ...guardiansOf))
      expect(statSync(out).mode & 0o777).toBe(0o600)
      const [key] = JSON.parse(readFileSync(out, 'utf8')).keys
      expect(mnemonicToAccount(key.mnemonic).address).toBe(of('phrase').address)
      // Another library agrees on the key.
      const child = HDKey.fromMasterSeed(mnemonicToSeedSync(key.mnemonic)).derive(
        "m/44'/60'/0'/0/0",
      )
      const hex = Buffer.from(child.privateKey ?? []).toString('hex')
      expect(privateKeyToAccount(`0x${hex}`).address).toBe(of('phrase').address)
    })

    it('restores a single key', async () => {
      const { out } = await json(recover('single', 'bob', 'carol'))
      const [key] = JSON.parse(readFileSync(out, 'utf8')).keys
      expect(key.privateKey).toBe('11'.repeat(32))
    })

    it('takes letters as people type them', async () => {
      const letters = readFileSync(at('phrase-bob.txt'), 'utf8')
      const typed = letters.toLowerCase().replaceAll('-', ' ').replaceAll('\n', '\r\n\r\n')
      writeFileSync(at('phrase-typed.txt'), typed)
      const { keys } = await json(recover('phrase', 'alice', 'typed'))
      expect(keys).toHaveLength(1)
    })

    it('refuses one share, one twice, shares of two backups, and a wrong letter', async () => {
      expect(await codeOf(recover('phrase', 'alice'))).toBe('bad_share')
      expect(await codeOf(recover('phrase', 'alice', 'alice'))).toBe('bad_share')
      const mixed = ['recover', at('phrase-alice.txt'), at('single-bob.txt'), '--out', at('mixed')]
      expect(await codeOf(mixed)).toBe('bad_share')
      const letters = readFileSync(at('phrase-carol.txt'), 'utf8')
      const wrong = letters.replace(/[A-Z](?=[^A-Z]*$)/, (one) => (one === 'A' ? 'B' : 'A'))
      writeFileSync(at('phrase-wrong.txt'), wrong)
      expect(await codeOf(recover('phrase', 'alice', 'wrong'))).toBe('bad_share')
    })

    it('never writes over a file', async () => {
      expect(await codeOf(recover('phrase', 'alice', 'bob'))).toBe('invalid_field')
    })
  })
})
