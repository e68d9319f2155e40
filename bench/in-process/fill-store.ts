/** Creates wallets in a node's store, through the core: the node that starts later finds them. */
import { parseArgs } from 'node:util'
import { openLeanCore } from './lean-core.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: { dir: text, zone: text, measurement: text, wallets: text },
})

/** Creations that share one transaction of the store. */
const together = 64

const { dir = '', zone = '', measurement = '', wallets = '0' } = values
const lean = await openLeanCore({ dir, zone, measurement, secp256k1: 'auto' })
for (let made = 0; made < Number(wallets); ) {
  const group = Math.min(together, Number(wallets) - made)
  await Promise.all(Array.from({ length: group }, () => lean.create()))
  made += group
}
await lean.stop()
