/** `npm run simulate -- --from SEED --seeds N`: runs seeds and says which breaks what. */
import { parseArgs } from 'node:util'
import { isDefect } from './defects.ts'
import { type RunOptions, type RunReport, runSeed } from './run-seed.ts'
import { keptSeeds } from './seeds.ts'
import { seedOfDay, seedsPerDay } from './seeds-of-day.ts'

const usage = `npm run simulate -- [--from SEED] [--seeds N] [--seconds S] [--kept] [--trace]
                    [--defect NAME]

Runs N seeds from SEED on (default: 200 from 1), or as many as fit into S seconds. SEED may be
'today': the first of ${seedsPerDay} seeds that no other day has.
--kept          also runs the seeds that found something once (simulation/seeds.ts)
--trace         prints every event of every run to stderr
--defect        switches a deliberate defect on: the run must find it`

const everyTwiceSeeds = 100

const options = {
  from: { type: 'string', default: '1' },
  seeds: { type: 'string' },
  seconds: { type: 'string' },
  kept: { type: 'boolean', default: false },
  trace: { type: 'boolean', default: false },
  defect: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const wholeNumber = (name: string, text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is a whole number`)
  return Number(text)
}

type Sums = {
  takeovers: number
  erasures: number
  struck: number
  countedAlone: number
  cancelled: number
  alone: number
  schedules: number
  faults: number
  checks: number
  broken: number
}

const sumOf = (counts: ReadonlyMap<unknown, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0)

const replayOf = ({ seed, defect }: RunOptions): string =>
  [
    `npm run simulate -- --from ${seed} --seeds 1`,
    ...(defect === undefined ? [] : [`--defect ${defect}`]),
  ].join(' ')

const tell = (report: RunReport, run: RunOptions): void => {
  const { broken, seed, traceHash, rates } = report
  if (broken === undefined) return
  const rule = broken.invariant === 'none' ? 'a fault' : `invariant ${broken.invariant}`
  console.log(`seed ${seed}: ${rule}: ${broken.what}`)
  const named = Object.entries(rates).filter(([, rate]) => rate > 0)
  console.log(`  faults: ${named.map(([name, rate]) => `${name} ${rate.toFixed(3)}`).join(', ')}`)
  console.log(`  trace:  ${traceHash.slice(0, 16)}, ${report.steps} events`)
  console.log(`  replay: ${replayOf(run)}`)
}

const runOne = async (run: RunOptions, sums: Sums): Promise<void> => {
  const report = await runSeed(run)
  sums.schedules += 1
  sums.takeovers += report.takeovers
  sums.erasures += report.erasures
  sums.struck += report.struck
  sums.countedAlone += report.countedAlone
  sums.cancelled += report.cancelled
  sums.alone += report.alone
  sums.faults += sumOf(report.faults)
  sums.checks += sumOf(report.checks)
  if (report.broken !== undefined) sums.broken += 1
  tell(report, run)
  if (run.seed % everyTwiceSeeds !== 0 && report.broken === undefined) return
  const again = await runSeed(run)
  if (again.traceHash === report.traceHash) return
  sums.broken += 1
  console.log(`seed ${run.seed}: two runs gave two traces: something native decided the order`)
}

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options, allowNegative: true })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const from = values.from === 'today' ? seedOfDay(Date.now()) : wholeNumber('from', values.from)
  const seconds = values.seconds === undefined ? undefined : wholeNumber('seconds', values.seconds)
  const wanted = values.seeds ?? (seconds === undefined ? '200' : '999999999')
  const count = wholeNumber('seeds', wanted)
  const { defect } = values
  if (defect !== undefined && !isDefect(defect)) throw new Error(`no defect is named ${defect}`)
  const common: Omit<RunOptions, 'seed'> = {
    ...(defect === undefined ? {} : { defect }),
    ...(values.trace ? { onEvent: (line: string) => void process.stderr.write(line) } : {}),
  }
  const sums: Sums = {
    takeovers: 0,
    erasures: 0,
    struck: 0,
    countedAlone: 0,
    cancelled: 0,
    alone: 0,
    schedules: 0,
    faults: 0,
    checks: 0,
    broken: 0,
  }
  const endMs = seconds === undefined ? Infinity : Date.now() + seconds * 1000
  if (values.kept) for (const { seed } of keptSeeds) await runOne({ ...common, seed }, sums)
  for (let seed = from; seed < from + count && Date.now() < endMs; seed += 1) {
    await runOne({ ...common, seed }, sums)
  }
  console.log(`wallets erased where they left: ${sums.erasures}; removals struck: ${sums.struck}`)
  console.log(
    `homes taken over: ${sums.takeovers}, without zones given up: ${sums.alone}; ` +
      `charged by what was left: ${sums.countedAlone}`,
  )
  console.log(`creations cancelled for good: ${sums.cancelled}`)
  console.log(
    `schedules: ${sums.schedules}, faults: ${sums.faults}, invariant checks: ${sums.checks}`,
  )
  return sums.broken === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error(usage)
  process.exitCode = 2
}
