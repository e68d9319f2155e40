/**
 * `npm run bench:policy`: CPU time of one verdict on a decoded transaction by policies of 1, 20 and
 * 200 rules of which the last one decides; writes docs/benchmarks-policy.md.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { evaluate } from '@holdfast/enclave/policy/evaluate'
import { measureLoop } from '../in-process/measure.ts'
import { describeMachine } from '../machine.ts'
import { table } from '../table.ts'
import { benchCases, questionOf } from './cases.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    out: { type: 'string', default: join(import.meta.dirname, '../../docs/benchmarks-policy.md') },
  },
})
const seconds = Number(values.seconds)

const targets: Readonly<Record<string, string>> = { 'policy.20': 'below 10' }
const rows: string[][] = []
for (const one of benchCases) {
  for (const rules of [1, 20, 200]) {
    const policy = one.policy(rules)
    const judged = evaluate(policy, questionOf(one))
    if (!judged.ok || judged.value.rule !== `rule-${rules}`) throw new Error('another rule decides')
    const action = (): void => void evaluate(policy, questionOf(one))
    await measureLoop(action, seconds / 2)
    const micros = await measureLoop(action, seconds)
    const name = `${one.name}.${rules}`
    rows.push([`\`${name}\``, micros.toFixed(2), targets[name] ?? ''])
  }
}
const { processor, processors, system, node } = describeMachine()
writeFileSync(
  values.out,
  `# What a verdict costs

Written by \`npm run bench:policy\`; CPU µs (user and system) of one verdict on a decoded
transaction by a policy of so many rules, of which every other denies and the last one decides:

${benchCases.map(({ name, about }) => `- \`${name}\`: ${about}`).join('\n')}

${table(['policy', 'CPU µs', 'target'], rows)}

On ${processor}, ${processors} processors, ${system}, Node.js ${node}.
`,
)
console.error(rows.map((cells) => cells.join(' ')).join('\n'))
