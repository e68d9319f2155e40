/**
 * The conformance run: every case of a folder over the wire, the matrix, exit 1 where one fails.
 *
 *     npm run conformance:kmip -- [--cases DIR] [--json FILE] [--only TEXT]
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { sharedPath } from '../../support/shared.ts'
import { readCaseFiles } from './case-files.ts'
import { matrixOf } from './matrix.ts'
import { runCases } from './run-cases.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    json: { type: 'string' },
    only: { type: 'string' },
  },
})

const folder = values.cases ?? sharedPath('kmip', 'cases')
if (folder === undefined) process.exit(2)
const { only } = values
const files = readCaseFiles(folder).filter(({ file }) => only === undefined || file.includes(only))
const results = await runCases(files, ({ file, result, reason }) => {
  if (result !== 'pass') console.log(`${result} ${file}: ${reason}`)
})
const matrix = matrixOf(results)
console.log(matrix)
if (values.json !== undefined) {
  const list = results.map(({ file, version, result, reason }) => ({
    file,
    version,
    result,
    reason,
  }))
  writeFileSync(values.json, `${JSON.stringify(list, undefined, 2)}\n`)
}
if (values.cases === undefined && only === undefined) {
  writeFileSync('docs/kmip-conformance.md', matrix)
}
process.exitCode = results.some(({ result }) => result === 'fail') ? 1 : 0
