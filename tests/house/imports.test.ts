/** The direction of dependencies (ARCHITECTURE): a package imports only from those on its left. */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const allowed: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kmip: ['base'],
  attestation: ['base'],
  enclave: ['base', 'kmip', 'attestation'],
  node: ['base', 'kmip', 'attestation', 'enclave'],
  sdk: ['base', 'kmip', 'attestation'],
  cli: ['base', 'kmip', 'attestation', 'sdk'],
  console: ['base', 'kmip', 'attestation', 'sdk'],
}

/** Packages without I/O, and the folders in them where it is allowed. */
const pure: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kmip: [],
  attestation: ['/collectors/'],
  enclave: ['/crypto/'],
}

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'([^'\n]+)'/g)].map(
    (match) => match[1]!,
  )

const isTest = (file: string): boolean => file.includes('.test.') || file.includes('/testing/')

for (const [name, left] of Object.entries(allowed)) {
  const files = globSync(`packages/${name}/src/**/*.{ts,tsx}`)
  if (files.length === 0) continue
  describe(`packages/${name}`, () => {
    it('imports only from the packages on its left', () => {
      const wrong = files.flatMap((file) =>
        importsOf(file)
          .filter((target) => target.startsWith('@holdfast/'))
          .filter((target) => {
            const other = target.split('/')[1]!
            return other !== name && !left.includes(other)
          })
          .map((target) => `${file} imports ${target}`),
      )
      expect(wrong).toEqual([])
    })

    it('reaches no other package by a relative path', () => {
      const wrong = files.filter((file) =>
        importsOf(file).some((target) => /^(\.\.\/)+packages\/|^\.\.?\/.*\/src\//.test(target)),
      )
      expect(wrong).toEqual([])
    })

    it('declares every library that it imports', () => {
      const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8'))
      const declared = new Set(Object.keys(manifest.dependencies ?? {}))
      const wrong = files
        .filter((file) => !isTest(file))
        .flatMap((file) =>
          importsOf(file)
            .filter((target) => !target.startsWith('.') && !target.startsWith('node:'))
            .map((target) =>
              target
                .split('/')
                .slice(0, target.startsWith('@') ? 2 : 1)
                .join('/'),
            )
            .filter((target) => !declared.has(target))
            .map((target) => `${file} imports ${target}`),
        )
      expect(wrong).toEqual([])
    })

    it('declares no library that it does not import', () => {
      const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8'))
      const text = files.map((file) => readFileSync(file, 'utf8')).join('\n')
      const libraries = Object.keys(manifest.dependencies ?? {}).filter(
        (library) => !library.startsWith('@holdfast/'),
      )
      const unused = libraries.filter(
        (library) => !text.includes(`'${library}'`) && !text.includes(`'${library}/`),
      )
      expect(unused).toEqual([])
    })

    const exempt = pure[name]
    if (exempt !== undefined) {
      it('does no input or output', () => {
        const wrong = files
          .filter((file) => !isTest(file) && !exempt.some((folder) => file.includes(folder)))
          .filter((file) => importsOf(file).some((target) => target.startsWith('node:')))
        expect(wrong).toEqual([])
      })
    }
  })
}
