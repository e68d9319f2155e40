/**
 * Published test cases: XML files of request and expected response messages, with placeholders
 * where a value comes from an earlier response or from the clock.
 */
import { fromUtf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { budget } from '../decoding.ts'
import type { Item } from '../item.ts'
import { elementToItem } from '../xml/decode.ts'
import { parseXml, type XmlElement } from '../xml/element.ts'
import { encodeXml } from '../xml/encode.ts'

export type CaseStep = {
  readonly request: XmlElement
  /** Absent where a case says nothing of the answer. */
  readonly response?: XmlElement
  /** What the file says before the request, such as `# TIME 4 # [REPEAT] until …`. */
  readonly remarks: readonly string[]
}

/** `$NOW-3600` is `{ name: 'NOW', offset: -3600 }`; without a number the offset is 0. */
export type Placeholder = { readonly name: string; readonly offset: number }

const pattern = /^\$([A-Z][A-Z_]*(?:_\d+)?)([+-]\d+)?$/

export const placeholderIn = (text: string): Placeholder | undefined => {
  const match = pattern.exec(text)
  if (match === null) return undefined
  return { name: match[1] as string, offset: Number(match[2] ?? 0) }
}

const roots: readonly string[] = ['KMIP', 'KmipTestCase']

/** Remarks such as `# TIME 2` stand between elements; each becomes an element of its own. */
const remarksAsElements = (text: string): string =>
  text.replaceAll(/<!--[\s\S]*?-->|<[^>]*>|[^<]+/g, (part) =>
    part.startsWith('<') || !part.includes('#')
      ? part
      : `<Remark value="${part.replaceAll(/[&"]/g, ' ').replaceAll(/\s+/g, ' ').trim()}"/>`,
  )

/** The steps of a case file, placeholders in place; `malformed` where it is no such file. */
export const readCase = (text: string): readonly CaseStep[] => {
  const top = parseXml(remarksAsElements(text), budget(0, { itemsMax: 1_000_000 }))
  const elements = top.flatMap((element) =>
    roots.includes(element.name) ? element.children : [element],
  )
  const steps: CaseStep[] = []
  let remarks: string[] = []
  for (const element of elements) {
    if (element.name === 'Remark') {
      remarks.push(element.attributes.get('value') ?? '')
    } else if (element.name === 'RequestMessage') {
      steps.push({ request: element, remarks })
      remarks = []
    } else if (element.name === 'ResponseMessage') {
      const last = steps.pop() ?? fail('malformed', 'a response has no request')
      if (last.response !== undefined) fail('malformed', 'a request has two responses')
      steps.push({ ...last, response: element })
    } else fail('malformed', 'a case holds something that is no message')
  }
  return steps
}

/** What a placeholder stands for, as text for the type of the element that holds it. */
export type Fill = (placeholder: Placeholder, element: XmlElement) => string

/** The element with every placeholder filled. */
export const fillPlaceholders = (element: XmlElement, fill: Fill): XmlElement => {
  const text = element.attributes.get('value')
  const placeholder = text === undefined ? undefined : placeholderIn(text)
  return {
    name: element.name,
    attributes:
      placeholder === undefined
        ? element.attributes
        : new Map([...element.attributes, ['value', fill(placeholder, element)]]),
    children: element.children.map((child) => fillPlaceholders(child, fill)),
  }
}

/** The message of an element of a case. */
export const caseMessage = (element: XmlElement, fill: Fill): Item =>
  elementToItem(fillPlaceholders(element, fill))

/** A message as elements, to lay beside those of a case. */
export const messageElement = (message: Item): XmlElement => {
  const [element] = parseXml(fromUtf8(encodeXml(message)), budget(0, { itemsMax: 1_000_000 }))
  return element ?? fail('malformed', 'a message has no element')
}
