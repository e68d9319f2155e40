/** The page on mutants: figures of the last run, and each survivor with the reason it lives. */

type Mutant = {
  readonly status: string
  readonly mutatorName: string
  readonly replacement?: string
  readonly location: { readonly start: Point; readonly end: Point }
}
type Point = { readonly line: number; readonly column: number }

export type StrykerReport = {
  readonly files: Readonly<
    Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>
  >
}

/** A survivor is known by its line, what stood there and what stood there instead. */
export type Explained = {
  readonly file: string
  /** The line that it begins on, without indentation. */
  readonly line: string
  readonly code: string
  readonly became: readonly string[]
  readonly why: string
}

const killed: ReadonlySet<string> = new Set(['Killed', 'Timeout'])
const lived: ReadonlySet<string> = new Set(['Survived', 'NoCoverage'])
const target = 95

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

/** What the mutant replaced, whitespace apart. */
const originalOf = (source: string, { start, end }: Mutant['location']): string => {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  const last = lines.length - 1
  const cut = lines.map((line, index) =>
    line.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined),
  )
  return oneLine(cut.join('\n'))
}

type Survivor = Omit<Explained, 'became' | 'why'> & { readonly became: string }

const survivorsOf = ({ files }: StrykerReport): readonly Survivor[] =>
  Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => lived.has(status))
      .map((mutant) => ({
        file: file.replace('packages/enclave/src/', ''),
        line: (source.split('\n')[mutant.location.start.line - 1] ?? '').trim(),
        code: originalOf(source, mutant.location),
        became: oneLine(mutant.replacement ?? ''),
      })),
  )

const figures = ({ files }: StrykerReport) => {
  const rows = Object.entries(files).map(([file, { mutants }]) => {
    const dead = mutants.filter(({ status }) => killed.has(status)).length
    const alive = mutants.filter(({ status }) => lived.has(status)).length
    return { file: file.replace('packages/enclave/src/', ''), dead, all: dead + alive }
  })
  const sum = (of: 'dead' | 'all') => rows.reduce((total, row) => total + row[of], 0)
  return { rows, dead: sum('dead'), all: sum('all') }
}

const percent = (dead: number, all: number): string =>
  all === 0 ? '100.0' : ((100 * dead) / all).toFixed(1)

/** Short enough for a table; the whole is in survivors.json. */
const code = (text: string): string => {
  const short = text.length > 70 ? `${text.slice(0, 69)}…` : text
  return `\`${short.replaceAll('|', '\\|')}\``
}

/** The page, and what is wrong: too few killed, survivors or reasons without each other. */
export const mutationReport = (
  report: StrykerReport,
  explained: readonly Explained[],
): { readonly text: string; readonly faults: readonly string[] } => {
  const { rows, dead, all } = figures(report)
  const survivors = survivorsOf(report)
  const covers = (one: Explained, survivor: Survivor): boolean =>
    one.file === survivor.file &&
    one.line === survivor.line &&
    one.code === survivor.code &&
    one.became.includes(survivor.became)
  const unexplained = survivors.filter((one) => !explained.some((known) => covers(known, one)))
  const idle = explained.filter((one) => !survivors.some((survivor) => covers(one, survivor)))
  const faults = [
    ...(100 * dead < target * all ? [`${percent(dead, all)} % killed, below ${target} %`] : []),
    ...unexplained.map((one) => `not explained: ${one.file}: ${one.code} => ${one.became}`),
    ...idle.map((one) => `explained, but killed: ${one.file}: ${one.code}`),
  ]
  const lines = [
    '# Mutants',
    '',
    'Written by `npm run mutate` (Stryker): every small change of the policy evaluator and of the',
    'check of proofs, scopes and approvals, and whether a test beside the code notices.',
    '',
    '| file | mutants | killed | % |',
    '|---|---|---|---|',
    ...rows.map(
      (row) => `| ${row.file} | ${row.all} | ${row.dead} | ${percent(row.dead, row.all)} |`,
    ),
    `| all | ${all} | ${dead} | ${percent(dead, all)} |`,
    '',
    `The target is ${target} %. What lives, and why (\`tests/mutation/survivors.json\`):`,
    '',
    '| file | was | became | why no test can tell |',
    '|---|---|---|---|',
    ...explained.map(
      (one) =>
        `| ${one.file} | ${code(one.code)} | ${one.became.map(code).join(', ')} | ${one.why} |`,
    ),
    '',
  ]
  return { text: lines.join('\n'), faults }
}
