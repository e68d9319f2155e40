/**
 * A process that writes pairs to a SQLite store until it is killed, and says each number on
 * stdout once it was acknowledged: `node store-writer.ts PATH GROUP`.
 */
import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { openSqliteStore } from '../stores/sqlite/open-sqlite-store.ts'

const [path, group] = process.argv.slice(2) as [string, string]
const opened = openSqliteStore(path, { entropy: createEntropy() })
if (!opened.ok) {
  writeSync(1, `${opened.refusal.code}\n`)
  process.exit(3)
}
const store = opened.value
const value = randomBytes(700)
for (let next = 0; ; next += Number(group)) {
  await Promise.all(
    Array.from({ length: Number(group) }, async (_, offset) => {
      const number = next + offset
      const outcome = await store.commit({
        conditions: [{ key: `left/${number}`, revision: 'absent' }],
        writes: [
          { type: 'put', key: `left/${number}`, value },
          { type: 'put', key: `right/${number}`, value },
        ],
      })
      if (outcome.outcome === 'applied') writeSync(1, `${number}\n`)
    }),
  )
}
