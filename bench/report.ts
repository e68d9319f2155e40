/** Writes a run as `docs/benchmarks.md`. */
import type { Machine } from './machine.ts'
import type { Run } from './results.ts'
import { table } from './table.ts'

type Row = { readonly what: string; readonly target?: number }

/** What each name measures; targets are shares of the limit. */
const rows: Readonly<Record<string, Row>> = {
  limit: { what: "libsecp256k1's own recoverable signature through koffi, in a loop" },
  'core.sign': {
    what: 'the whole path inside the core: sealed frame in, policy, sign, verify, sealed frame out',
    target: 0.8,
  },
  'session.sign.1': { what: 'sealed WebSocket session, authenticated once, 1 in flight' },
  'session.sign.64': { what: 'the same, 64 in flight', target: 0.55 },
  'https.sign': {
    what: 'HTTPS JSON, 64 connections, a P-256 authorisation on each request',
    target: 0.15,
  },
  'forward.sign': { what: 'the same, asked at a node whose zone may not hold the wallet' },
  'create.d1': { what: 'a wallet of one zone, over HTTPS JSON' },
  'create.d2': { what: 'a wallet of two zones, acknowledged when both hold it' },
  'kmip.sign.8x8': {
    what: 'KMIP 1.4 Sign by a secp256k1 key, TTLV over mTLS, 8 connections with 8 in flight each',
    target: 0.6,
  },
  'kmip.sign.64x1': { what: 'the same, 64 connections with 1 in flight each' },
  'kmip.wallet.sign': {
    what: "KMIP 1.4 Sign of a whole transfer by the wallet's own key, 8 connections with 8 each",
  },
  'kmip.get': { what: 'KMIP 1.4 Get of an AES-256 key, 8 connections with 8 in flight each' },
  'kmip.locate': {
    what: 'KMIP 1.4 Locate of one of 10,000 objects by type and name, 8 connections with 8 each',
  },
  'kmip.get.pykmip': {
    what: "the same Gets by the same client, of PyKMIP's server (python3-pykmip, TLS 1.2)",
  },
  'limit.charge': { what: 'a limit charged once: counted, and written for its request (SQLite)' },
  'core.sign.wasm': { what: '`core.sign` with the WebAssembly build of libsecp256k1' },
}

const memoryTargetBytes = 200e6
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`

const targetOf = (share: number, target: number | undefined): string =>
  target === undefined
    ? ''
    : `≥ ${Math.round(target * 100)} %: ${share >= target ? 'met' : 'not met'}`

const resultTable = ({ results, memory }: Run): string =>
  table(
    ['name', 'what', 'CPU µs', 'share of the limit', 'target'],
    [
      ...results.map(({ name, cpuMicros, shareOfLimit }) => {
        const row = rows[name]
        const target = targetOf(shareOfLimit, row?.target)
        return [`\`${name}\``, row?.what ?? '', cpuMicros.toFixed(1), percent(shareOfLimit), target]
      }),
      [
        `\`memory.${memory.wallets}\``,
        `a node at rest with ${memory.wallets.toLocaleString('en')} wallets`,
        `${megabytes(memory.residentBytes)} resident`,
        '',
        `< 200 MB: ${memory.residentBytes < memoryTargetBytes ? 'met' : 'not met'}`,
      ],
    ],
  )

const breakdownTable = ({ breakdown, results }: Run): string => {
  const whole = results.find(({ name }) => name === 'core.sign')?.cpuMicros ?? Number.NaN
  const steps = Object.entries(breakdown)
  const rest = whole - steps.reduce((sum, [, micros]) => sum + micros, 0)
  return table(
    ['step', 'CPU µs', 'share of `core.sign`'],
    [...steps, ['all else, and what caches cost when steps alternate', rest] as const].map(
      ([step, micros]) => [step, micros.toFixed(1), percent(micros / whole)],
    ),
  )
}

const partLines = ({ parts }: Run): readonly string[] =>
  Object.entries(parts)
    .filter(([, each]) => each.length > 1)
    .map(([name, each]) => {
      const [asked = '', ...others] = each.map((micros) => `${micros.toFixed(1)} µs`)
      const apart = `${asked} at the node that was asked, ${others.join(', ')} at the others`
      return `- \`${name}\`: ${apart}`
    })

const ceiling = ({ breakdown }: Run): string => {
  const { sign = Number.NaN, verify = Number.NaN } = breakdown
  return percent(sign / (sign + verify))
}

/** A machine whose speed for one and the same loop differs by more was doing something else. */
const quietSpread = 1.15

const limitLine = ({ limits }: Run): string => {
  const [least, most] = [Math.min(...limits), Math.max(...limits)]
  const quiet = most / least < quietSpread
  return (
    `- The limit is the median of ${limits.length} measurements between the others, from ` +
    `${least.toFixed(1)} to ${most.toFixed(1)} µs:\n  the machine was ` +
    (quiet ? 'quiet.' : 'not quiet; read the figures with care.')
  )
}

const pinningLine = ({ isPinned }: Run): string =>
  isPinned
    ? '- What is measured was pinned to processor 0 by `taskset`, all else to the last one.'
    : '- `taskset` is absent: nothing was pinned; clients share processors with what is measured.'

const methodLines = (run: Run, machine: Machine): readonly string[] => [
  `- Machine: ${machine.processor}, ${machine.processors} processors, ${machine.memoryGiB} GiB;`,
  `  ${machine.system}.`,
  `- Node ${machine.node}; \`core.sign\` by ${run.signer};`,
  `  \`core.sign.wasm\` by ${run.wasmSigner}.`,
  pinningLine(run),
  `- Each measurement lasted ${run.seconds} s after a warm-up. The CPU time of nodes is read from`,
  '  `/proc/PID/task/*/schedstat`.',
  limitLine(run),
  "- PyKMIP's server, where it is installed, is measured beside the nodes by Get alone: its Sign",
  '  knows no ECDSA. All its processes count, and it logs nothing for a request that succeeds.',
  '- The transaction is an EIP-1559 transfer, another one each time; the policy has a deny list,',
  '  bounds on amount and fee, networks and persons. Nodes, TLS, stores (SQLite, full sync) and',
  '  links are the real ones; the evidence is SIMULATED.',
  '- The nodes run outside an enclave: inside SGX, system calls and memory cost more.',
]

export const benchmarkDocument = (run: Run, machine: Machine): string =>
  [
    '# Benchmarks',
    '',
    'Written by `npm run bench`: do not edit. All figures are of one run. CPU µs is the user and',
    'system time of the server process for each operation, all of its threads; the share is the',
    "limit's CPU time over it. `bench/results.json` has the same figures.",
    '',
    resultTable(run),
    '',
    'What other nodes do for an operation is part of the figures above:',
    '',
    ...partLines(run),
    '',
    '## Where the time of `core.sign` goes',
    '',
    'Each step in a loop of its own, with the inputs of a real request.',
    '',
    breakdownTable(run),
    '',
    'Every signature is verified before it leaves (docs/decisions/0003): sign and verify alone',
    `leave a share of ${ceiling(run)} of the limit, so that the targets of 80 % and 55 % cannot be`,
    'met while that decision stands. "digest again" is the second computation of what was signed,',
    "from the request's bytes.",
    '',
    '## How it was measured',
    '',
    ...methodLines(run, machine),
    '',
  ].join('\n')
