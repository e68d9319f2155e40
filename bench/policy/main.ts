/**
 * `npm run bench:policy`: CPU time of one verdict on a decoded transfer by policies of 1, 20 and
 * 200 rules of which the last one decides; writes docs/benchmarks-policy.md.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AccountId, CredentialId, PersonId } from '@holdfast/base/ids'
import type { Intent } from '@holdfast/base/intent'
import { type Policy, policy as policySchema } from '@holdfast/base/policy'
import { evaluate } from '@holdfast/enclave/policy/evaluate'
import { measureLoop } from '../in-process/measure.ts'
import { describeMachine } from '../machine.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    out: { type: 'string', default: join(import.meta.dirname, '../../docs/benchmarks-policy.md') },
  },
})

const address = (index: number): string => `0x${index.toString(16).padStart(40, '0')}`

/** Every other rule denies a destination; those that allow keep to one, but for the last. */
const policyOf = (rules: number): Policy =>
  policySchema.parse({
    format: 'holdfast policy v1',
    rules: Array.from({ length: rules }, (_, index) => ({
      id: `rule-${index + 1}`,
      effect: index % 2 === 0 || index === rules - 1 ? 'allow' : 'deny',
      operations: ['sign'],
      ...(index === rules - 1
        ? { persons: ['alice'], when: { chains: ['ethereum'], networks: ['1'], maxAmount: '10' } }
        : { when: { chains: ['ethereum'], to: [address(index + 1)] } }),
    })),
  })

const intent: Intent = {
  chain: 'ethereum',
  network: '1',
  kind: 'transaction',
  effects: [{ type: 'transfer', asset: 'native', to: address(100_000), amount: '5' }],
  fee: '1',
  details: {},
}
const question = {
  operation: 'sign',
  proofs: [
    {
      person: PersonId('alice'),
      credential: CredentialId(`crd_${'0'.repeat(32)}`),
      kind: 'api-key',
      over: 'request',
    },
  ],
  subject: { intent, account: AccountId(`acc_${'1'.repeat(32)}`) },
} as const

const targets: Readonly<Record<number, string>> = { 20: 'below 10' }
const rows: string[] = []
for (const rules of [1, 20, 200]) {
  const policy = policyOf(rules)
  const judged = evaluate(policy, question)
  if (!judged.ok || judged.value.rule !== `rule-${rules}`) throw new Error('another rule decides')
  const action = (): void => void evaluate(policy, question)
  await measureLoop(action, Number(values.seconds) / 2)
  const micros = await measureLoop(action, Number(values.seconds))
  rows.push(`| \`policy.${rules}\` | ${micros.toFixed(2)} | ${targets[rules] ?? ''} |`)
}
const { processor, processors, system, node } = describeMachine()
writeFileSync(
  values.out,
  `# What a verdict costs

Written by \`npm run bench:policy\`; CPU µs (user and system) of one verdict on a decoded transfer
by a policy of so many rules, half of which deny destinations and of which the last one decides.

| policy | CPU µs | target |
|---|---|---|
${rows.join('\n')}

On ${processor}, ${processors} processors, ${system}, Node.js ${node}.
`,
)
console.error(rows.join('\n'))
