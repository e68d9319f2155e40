/** What the documents name is there: files and folders, npm scripts, commands and their options. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { program } from '@holdfast/cli/program'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'

const documents = globSync(['*.md', 'docs/**/*.md', 'deploy/**/*.md', 'packages/*/README.md'])
const tree = globSync(['**/*', '.ci/*'], { exclude: ['**/node_modules', '.git'] })

/** Named, and not of the tree: what a build makes, and names that no file may have. */
const elsewhere = ['packages/console/dist', 'packages/kmip/dist', 'app/enclave.mjs', 'utils.ts']

/** Whether a path of the tree is this one, or ends with it: `a/{b,c}.ts` and `a/*.ts` too. */
const exists = (path: string): boolean => {
  const name = path.replace(/\/$/, '')
  if (elsewhere.includes(name)) return true
  if (/[{*]/.test(name)) return globSync([name, `packages/*/src/**/${name}`]).length > 0
  // A decision by its number.
  const isNumber = /^docs\/decisions\/\d{4}$/.test(name)
  return tree.some(
    (one) => one === name || one.endsWith(`/${name}`) || (isNumber && one.startsWith(`${name}-`)),
  )
}

const top = 'packages|tests|simulation|bench|deploy|scripts|docs|src|\\.ci'
const pathPattern = new RegExp(
  `(?<![\\w/.@:-])((?:${top})/[\\w./{},*+-]*[\\w}*/]|[\\w][\\w./-]*\\.(?:tsx?|mjs|md))(?![\\w-])`,
  'g',
)

const linesOf = (document: string): readonly (readonly [place: string, line: string])[] =>
  readFileSync(document, 'utf8')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line, index) => [`${document}:${index + 1}`, line])

const all = documents.flatMap(linesOf)

/** Of the whole, and of the package whose page it is. */
const scriptsAt = (folder: string): object => {
  const of = (file: string): object =>
    tree.includes(file)
      ? ((JSON.parse(readFileSync(file, 'utf8')) as { scripts?: object }).scripts ?? {})
      : {}
  return { ...of('package.json'), ...of(join(folder, 'package.json')) }
}

/** Code alone: prose says of `holdfast` what it likes. */
const codeOf = (document: string): readonly (readonly [place: string, code: string])[] => {
  let isBlock = false
  return linesOf(document).flatMap(([place, line]) => {
    if (/^\s*```/.test(line)) isBlock = !isBlock
    const spans = isBlock || /^ {4}\S/.test(line) ? [line] : [...line.matchAll(/`([^`]+)`/g)]
    return spans.map((span) => [place, typeof span === 'string' ? span : (span[1] ?? '')] as const)
  })
}

const root: Command = program({
  env: {},
  cwd: '/',
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => 0,
  exitCode: () => undefined,
  onInterrupt: () => undefined,
})

/** What is wrong with a line of words behind `holdfast`; undefined where nothing is. */
const wrongIn = (words: readonly string[]): string | undefined => {
  let command = root
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word)
    if (next !== undefined) command = next
    else if (command.commands.length > 0 && /^[a-z][a-z-]+$/.test(word)) return word
    else if (command.commands.length === 0) break
  }
  const known = [...command.options.map(({ long }) => long), '--help', '--json']
  return words
    .map((word) => /^\[?(--[a-z][a-z-]*)/.exec(word)?.[1])
    .find((option) => option !== undefined && !known.includes(option))
}

describe('the documents', () => {
  it('name files and folders that exist', () => {
    const wrong = all.flatMap(([place, line]) =>
      [...line.matchAll(pathPattern)]
        .map(([, path = '']) => path)
        .filter((path) => !exists(path))
        .map((path) => `${place} ${path}`),
    )
    expect(wrong).toEqual([])
  })

  it('link to what exists', () => {
    const wrong = all.flatMap(([place, line]) =>
      [...line.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, path = '']) => join(dirname(place), path))
        .filter((path) => !tree.includes(path))
        .map((path) => `${place} ${path}`),
    )
    expect(wrong).toEqual([])
  })

  it('name scripts of npm that exist', () => {
    const wrong = all.flatMap(([place, line]) =>
      [...line.matchAll(/npm run (?:-s )?([\w:-]+)/g)]
        .map(([, script = '']) => script)
        .filter((script) => !(script in scriptsAt(dirname(place))))
        .map((script) => `${place} npm run ${script}`),
    )
    expect(wrong).toEqual([])
  })

  it('name commands of holdfast that exist, with options that they take', () => {
    const wrong = documents.flatMap(codeOf).flatMap(([place, code]) =>
      [...code.matchAll(/(?:^|[\s(])holdfast (?:-- )?(?!\w+ v\d)([^|&;#`]+)/g)]
        .map(([, rest = '']) => [rest, wrongIn(rest.trim().split(/\s+/))] as const)
        .filter(([, found]) => found !== undefined)
        .map(([rest, found]) => `${place} holdfast ${rest}: ${found}`),
    )
    expect(wrong).toEqual([])
  })
})
