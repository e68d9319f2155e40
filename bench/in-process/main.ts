/**
 * Measures what happens inside one process: the limit, `core.sign` in turn with it, and where its
 * time goes. One line of JSON on stdout.
 */
import { parseArgs } from 'node:util'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { measureBreakdown } from './breakdown.ts'
import { createCoreSign } from './core-sign.ts'
import { openLeanCore } from './lean-core.ts'
import { createLimit } from './limit.ts'
import { measureLimitCharge } from './limit-charge.ts'
import { type CpuMicros, measureLoop } from './measure.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: {
    dir: text,
    zone: text,
    measurement: text,
    backend: { ...text, default: 'auto' },
    seconds: { ...text, default: '3' },
    rounds: { ...text, default: '3' },
    only: text,
  },
})

/** `--only limit`: the limit alone, to see how it drifts during a run. */
const run = async () => {
  const seconds = Number(values.seconds)
  const limit = createLimit(createEntropy())
  if (limit === undefined) throw new Error('libsecp256k1 is absent: install libsecp256k1-1')
  const measureLimit = (): Promise<CpuMicros> => measureLoop(() => limit.sign(), seconds)
  await measureLimit()
  const limits = [await measureLimit()]
  if (values.only === 'limit') return { limits }
  const { dir = '', zone = '', measurement = '', backend } = values
  const secp256k1 = backend === 'wasm' ? 'wasm' : 'auto'
  const lean = await openLeanCore({ dir, zone, measurement, secp256k1 })
  const coreSign = await createCoreSign(lean)
  await coreSign.measure(seconds)
  const core: CpuMicros[] = []
  for (let round = 0; round < Number(values.rounds); round += 1) {
    core.push(await coreSign.measure(seconds))
    limits.push(await measureLimit())
  }
  const breakdown = values.only === 'core' ? {} : await measureBreakdown(lean, seconds / 3)
  const charge =
    values.only === 'core' ? undefined : await measureLimitCharge(lean, { dir, seconds })
  const signer = lean.core.status().signer
  await lean.stop()
  return { limits, core, breakdown, charge, signer, library: limit.name }
}

process.stdout.write(`${JSON.stringify(await run())}\n`)
