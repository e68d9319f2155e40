/** Case files of a folder: what each is called, its version and its profile. */
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type CaseStep, readCase } from '../../../packages/kmip/src/testing/cases.ts'

export type CaseFile = {
  /** The path in its folder. */
  readonly file: string
  /** The folder of the version, such as `1.4`; the version of the first request where none. */
  readonly version: string
  /** Such as `SKLC-M`. */
  readonly profile: string
  readonly mandatory: boolean
  /** Asks for a certificate, which no node issues. */
  readonly asksCertificate: boolean
  readonly steps: readonly CaseStep[]
}

const profileOf = (file: string): string => {
  const name = basename(file, '.xml').replaceAll('_', '-').toUpperCase()
  const match = /^([A-Z]+(?:-[A-Z]+)*?)-(?:128-|192-)?([MO])-/.exec(name)
  return match === null ? (/^TC-[A-Z]*/.exec(name)?.[0] ?? name) : `${match[1]}-${match[2]}`
}

const versionOf = (file: string, steps: readonly CaseStep[]): string => {
  const folder = /^v(\d\.\d)/.exec(file)?.[1]
  if (folder !== undefined) return folder
  const header = steps[0]?.request.children[0]?.children[0]
  const numbers = header?.children.map((child) => child.attributes.get('value'))
  return (numbers ?? []).join('.')
}

/** Texts of the published documents are broken into lines, which left runs of spaces. */
const unbroken = (text: string): string =>
  text.replaceAll(/value="[^"]*"/g, (value) => value.replaceAll(/\s+/g, ' '))

export const readCaseFiles = (folder: string): readonly CaseFile[] =>
  globSync('**/*.xml', { cwd: folder })
    .toSorted()
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8')
      const steps = readCase(unbroken(text))
      return {
        file,
        version: versionOf(file, steps),
        profile: profileOf(file),
        mandatory: !file.includes('optional/') && !/[-_]O[-_]/.test(basename(file)),
        asksCertificate: /<Operation [^>]*value="(?:Re)?Certify"/.test(text),
        steps,
      }
    })
