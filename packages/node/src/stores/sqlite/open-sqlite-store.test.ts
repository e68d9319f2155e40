import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import type { Store } from '@holdfast/enclave/ports/store'
import { describeStore } from '@holdfast/enclave/testing/store-conformance'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore } from './open-sqlite-store.ts'

const entropy = createEntropy()

const open = (path: string): Store => {
  const opened = openSqliteStore(path, { entropy })
  if (!opened.ok) throw new Error(opened.refusal.code)
  return opened.value
}

describeStore('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'))
  const path = join(folder, 'store.sqlite')
  let store = open(path)
  return {
    store,
    reopen: async () => {
      await store.close()
      store = open(path)
      return store
    },
    dispose: async () => {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
})

const writer = join(import.meta.dirname, '../../testing/store-writer.ts')

/** Runs the writer until it has acknowledged `count` pairs, then kills it; what it acknowledged. */
const writeUntilKilled = async (path: string, group: number, count: number): Promise<string[]> => {
  const child = spawn(process.execPath, [writer, path, `${group}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
    if (text.split('\n').length > count) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.on('close', resolve))
  return text.split('\n').slice(0, -1)
}

describe('the sqlite store', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'))
    path = join(folder, 'store.sqlite')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it.each([1, 16])('keeps what it acknowledged through kill -9 (group of %i)', async (group) => {
    const acknowledged = await writeUntilKilled(path, group, 200)
    expect(acknowledged.length).toBeGreaterThanOrEqual(200)
    const store = open(path)
    for (const number of acknowledged) {
      expect(await store.get(`left/${number}`)).toBeDefined()
    }
    const keys = async (prefix: string): Promise<string[]> =>
      (await store.scan(prefix, { limit: 10_000 })).records.map(({ key }) => key.split('/')[1]!)
    expect(await keys('left/')).toEqual(await keys('right/'))
    expect(await store.revision()).toBe(BigInt((await keys('left/')).length))
    await store.close()
  })

  it('refuses a second process by the name of the file', async () => {
    const store = open(path)
    const child = spawn(process.execPath, [writer, path, '1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect([status, text]).toEqual([3, 'store_in_use\n'])
    expect(openSqliteStore(path, { entropy })).toEqual({
      ok: false,
      refusal: { code: 'store_in_use', detail: 'another process has the store', subject: path },
    })
    await store.close()
    await open(path).close()
  })

  it('gives a new file another incarnation', async () => {
    const [first, second] = [open(path), open(join(folder, 'other.sqlite'))]
    expect(await first.incarnation()).not.toBe(await second.incarnation())
    await Promise.all([first.close(), second.close()])
  })

  it('refuses a file that is something else', () => {
    writeFileSync(path, randomBytes(8192))
    expect(openSqliteStore(path, { entropy })).toMatchObject({ refusal: { code: 'store_failed' } })
    const other = join(folder, 'other.sqlite')
    const database = new DatabaseSync(other)
    database.exec('CREATE TABLE cats (name TEXT)')
    database.close()
    expect(openSqliteStore(other, { entropy })).toMatchObject({ refusal: { code: 'store_failed' } })
    const nowhere = join(folder, 'absent', 'store.sqlite')
    expect(openSqliteStore(nowhere, { entropy })).toMatchObject({
      refusal: { code: 'store_failed' },
    })
  })

  const put = (key: string) =>
    ({ conditions: [], writes: [{ type: 'put', key, value: Uint8Array.of(1) }] }) as const
  const files = (): string[] => [path, `${path}-wal`]
  const copies = () => files().map((file) => `${file}.copy`)
  /** A store of two commits, with copies of its files as they were after the first. */
  const copied = async (): Promise<{ store: Store; incarnation: string }> => {
    const store = open(path)
    await store.commit(put('first'))
    for (const [index, copy] of copies().entries()) copyFileSync(files()[index]!, copy)
    expect(await store.commit(put('second'))).toMatchObject({ outcome: 'applied' })
    return { store, incarnation: await store.incarnation() }
  }
  const ways = {
    'in their place': () => {
      for (const [index, copy] of copies().entries()) renameSync(copy, files()[index]!)
    },
    'over them': () => {
      for (const [index, copy] of copies().entries()) copyFileSync(copy, files()[index]!)
    },
    'over the log alone': () => copyFileSync(copies()[1]!, files()[1]!),
    'nowhere: they were deleted': () => {
      for (const file of files()) rmSync(file)
    },
  }

  it.each(Object.keys(ways) as (keyof typeof ways)[])(
    'acknowledges nothing and is another once older files were put %s',
    async (way) => {
      const { store, incarnation } = await copied()
      ways[way]()
      const before = files().map((file) => (existsSync(file) ? readFileSync(file) : 'absent'))
      expect(await store.commit(put('third'))).toEqual({ outcome: 'unknown' })
      expect(await store.incarnation()).not.toBe(incarnation)
      expect(await store.revision()).toBe(2n)
      await store.close()
      const after = files().map((file) => (existsSync(file) ? readFileSync(file) : 'absent'))
      expect(after).toEqual(before)
    },
  )

  it('acknowledges no commit during which its files were moved', async () => {
    const { store, incarnation } = await copied()
    const asked = store.commit(put('third'))
    const moved = `${path}.moved`
    renameSync(path, moved)
    expect(await asked).toEqual({ outcome: 'unknown' })
    renameSync(moved, path)
    expect(await store.incarnation()).not.toBe(incarnation)
    await store.close()
  })

  it('answers compacted to a watch from before it was opened', async () => {
    const before = open(path)
    const writes = [{ type: 'put', key: 'a', value: Uint8Array.of(1) }] as const
    await before.commit({ conditions: [], writes })
    await before.close()
    const store = open(path)
    expect(await store.watch('', 0n).next()).toBe('compacted')
    await store.close()
  })

  it('does not fall behind a watch that nobody reads', async () => {
    const store = open(path)
    const slow = store.watch('', 0n)
    const value = randomBytes(256 * 1024)
    for (let index = 0; index < 100; index += 1) {
      await store.commit({ conditions: [], writes: [{ type: 'put', key: 'a', value }] })
    }
    expect(await slow.next()).toBe('compacted')
    await store.close()
  })

  it('answers what was asked before it was closed', async () => {
    const store = open(path)
    const writes = [{ type: 'put', key: 'a', value: Uint8Array.of(1) }] as const
    const asked = store.commit({ conditions: [], writes })
    await store.close()
    expect(await asked).toEqual({ outcome: 'applied', revision: 1n })
    const again = open(path)
    expect(await again.get('a')).toBeDefined()
    await again.close()
  })

  it('makes one transaction of the commits of one turn', async () => {
    const store = open(path)
    const commits = (count: number, name: string): Promise<unknown> =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          store.commit({
            conditions: [],
            writes: [{ type: 'put', key: `${name}/${index}`, value: new Uint8Array(8) }],
          }),
        ),
      )
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const start = performance.now()
      await work()
      return performance.now() - start
    }
    await commits(1, 'warm')
    const together = await timed(() => commits(500, 'together'))
    const apart = await timed(async () => {
      for (let index = 0; index < 500; index += 1) await commits(1, `apart${index}`)
    })
    expect(together).toBeLessThan(apart / 2)
    await store.close()
  })
})
