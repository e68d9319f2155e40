/** `npm run check`: format, lint and types, without the tests. */
import { spawnSync } from 'node:child_process'
import { checks } from './checks.ts'

let failed = 0
for (const check of checks) {
  const [program, ...args] = check.command
  const { status } = spawnSync(program as string, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${check.name}`)
  if (status !== 0) failed += 1
}
process.exitCode = failed === 0 ? 0 : 1
