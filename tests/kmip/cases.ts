/** The published cases that lie beside the repository, with every placeholder filled. */
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Item } from '../../packages/kmip/src/item.ts'
import {
  type CaseStep,
  caseMessage,
  type Fill,
  readCase,
} from '../../packages/kmip/src/testing/cases.ts'
import { sharedPath } from '../support/shared.ts'

export const casesFolder = sharedPath('kmip', 'cases')

export type CaseFile = { readonly name: string; readonly steps: readonly CaseStep[] }

/** Every case file, by its version folder and name. */
export const caseFiles = (): readonly CaseFile[] =>
  casesFolder === undefined
    ? []
    : globSync('**/*.xml', { cwd: casesFolder })
        .toSorted()
        .map((path) => ({
          name: `${path.slice(0, 4)} ${basename(path)}`,
          steps: readCase(readFileSync(`${casesFolder}/${path}`, 'utf8')),
        }))

/** Some value of the type that the element says. */
const fill: Fill = ({ name }, { attributes }) => {
  const type = attributes.get('type')
  if (type === 'DateTime') return '2020-01-01T00:00:00+00:00'
  if (type === 'ByteString') return '00ff10'
  return type === 'BigInteger' ? '0000000000000001' : name
}

export const messagesOf = ({ steps }: CaseFile): readonly Item[] =>
  steps.flatMap(({ request, response }) =>
    (response === undefined ? [request] : [request, response]).map((element) =>
      caseMessage(element, fill),
    ),
  )
