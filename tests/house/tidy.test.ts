/** The house style, as far as a machine can see it (CONTRIBUTING). */
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'

const columnsMax = 100
const linesMax = 400

/** Tables of specification values may be longer than a file otherwise is. */
const tables: readonly string[] = ['packages/kmip/src/tables/enumerations.ts']

const files = globSync('{packages/*/src,tests,scripts,bench,simulation}/**/*.{ts,tsx}').filter(
  (file) => !file.includes('.generated.') && !file.includes('node_modules'),
)
const lines = (file: string): string[] => readFileSync(file, 'utf8').split('\n')

describe('the house style', () => {
  it('keeps lines within 100 columns', () => {
    const wrong = files.flatMap((file) =>
      lines(file).flatMap((line, index) =>
        line.length > columnsMax && !/https?:\/\/|^\s*'[^']*',?$/.test(line)
          ? [`${file}:${index + 1}`]
          : [],
      ),
    )
    expect(wrong).toEqual([])
  })

  it('keeps files within 400 lines', () => {
    const wrong = files.filter((file) => !tables.includes(file) && lines(file).length > linesMax)
    expect(wrong).toEqual([])
  })

  it('names no file utils', () => {
    expect(files.filter((file) => /^(utils?|helpers?|misc)\.ts$/.test(basename(file)))).toEqual([])
  })

  it('begins every file with a line of its purpose', () => {
    const wrong = files.filter(
      (file) => !/^(\/\*\*|\/\/|#!)/.test(readFileSync(file, 'utf8')) && !file.endsWith('.test.ts'),
    )
    expect(wrong).toEqual([])
  })

  it('keeps no mutable state in the modules of the core', () => {
    const wrong = files
      .filter((file) => file.startsWith('packages/enclave/src/') && !file.endsWith('.test.ts'))
      .filter((file) =>
        lines(file).some((line) =>
          /^(export )?(let |const \w+(: [^=]+)? = new (Map|Set|WeakMap)(<[^(]*>)?\(\))/.test(line),
        ),
      )
    expect(wrong).toEqual([])
  })
})
