import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { BufferSecret } from '@holdfast/base/secret'
import { defaultZones } from '@holdfast/cli/mesh-folder/zones'
import { secretText } from '@holdfast/sdk'
import { afterAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { transfer } from '../support/wallets.ts'
import { makeCanaries } from './canaries.ts'
import { lockedRegions } from './locked-regions.ts'
import { bytesNeedles } from './needles.ts'
import { hasProcessMemory, memoryOf } from './process-memory.ts'
import { type Search, searchFor } from './search.ts'

/** A scalar below the order of the curve. */
const scalar = (): Buffer => {
  const bytes = randomBytes(32)
  bytes[0] = 0x5a
  return bytes
}

/** Where the process holds what is looked for: `locked`, or the name of the mapping. */
const placesOf = (pid: number, search: Search): readonly string[] => {
  const locked = lockedRegions(pid)
  const places = new Set<string>()
  for (const { region, address, bytes } of memoryOf(pid)) {
    for (const { name, at } of search.in(bytes)) {
      const place = address + at
      const isLocked = locked.some(({ from, to }) => place >= from && place < to)
      const [secret] = name.split(',', 1)
      places.add(`${secret}: ${isLocked ? 'locked' : region || 'anonymous'}`)
    }
  }
  return [...places]
}

describe.skipIf(!hasProcessMemory())('the memory of what holds keys', () => {
  let mesh: TestMesh | undefined
  afterAll(() => mesh?.stop())

  it('has an opened key in locked memory alone, and an evicted one nowhere', async () => {
    const [evicted, kept] = [scalar(), scalar()]
    const program = join(import.meta.dirname, 'opened-key-program.ts')
    const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
    try {
      child.stdin.write(Buffer.concat([evicted, kept]))
      const [line] = (await once(child.stdout, 'data')) as [Buffer]
      expect(JSON.parse(line.toString())).toEqual({ kept: 1 })
      child.kill('SIGSTOP')
      const search = searchFor([...bytesNeedles('evicted', evicted), ...bytesNeedles('kept', kept)])
      expect(placesOf(child.pid!, search)).toEqual(['kept: locked'])
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  })

  it('has the imported keys of a node that signed with them in locked memory alone', async () => {
    mesh = await startMesh({ zones: defaultZones.slice(0, 1) })
    const client = await mesh.connect()
    const canaries = makeCanaries()
    const { wallet } = await client.importWallet({
      name: 'imported',
      keys: [
        {
          name: 'raw',
          kind: 'secp256k1',
          source: { format: 'raw', secret: new BufferSecret(Uint8Array.from(canaries.raw)) },
          accounts: [{ chain: 'ethereum' }],
        },
        {
          name: 'phrase',
          kind: 'bip39',
          source: {
            format: 'mnemonic',
            secret: secretText(canaries.mnemonic),
            passphrase: secretText(canaries.passphrase),
          },
          accounts: [{ chain: 'ethereum' }],
        },
      ],
    })
    for (const { id } of wallet.accounts) {
      for (let nonce = 0n; nonce < 20n; nonce += 1n) {
        await client.sign({ wallet: wallet.id, account: id }, transfer(nonce))
      }
    }
    const pid = mesh.nodes[0]!.pid()
    process.kill(pid, 'SIGSTOP')
    try {
      const places = placesOf(pid, canaries.search)
      expect(places.filter((place) => !place.endsWith(': locked'))).toEqual([])
      expect(places).toContain('raw key: locked')
      expect(places).toContain('derived key: locked')
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  }, 60_000)
})
