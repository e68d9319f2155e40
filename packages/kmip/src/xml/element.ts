/**
 * The part of XML that messages use: elements, attributes, comments. No document types, no
 * processing beyond the declaration, no text between tags. One pass, no recursion.
 */
import { fail } from '@holdfast/base/errors'
import { xmlAttributesMax } from '../limits.ts'

export type XmlElement = {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
}

export type XmlBounds = {
  readonly spendItem: () => void
  readonly checkDepth: (depth: number) => void
}

const malformed = (detail: string, offset: number): never =>
  fail('malformed', detail, `character ${offset}`)

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const isCharacter = (code: number): boolean =>
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x1_0000 && code <= 0x10_ffff)

const entity = (body: string, offset: number): string => {
  const known = Object.hasOwn(named, body) ? named[body] : undefined
  if (known !== undefined) return known
  const match = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(body)
  if (match === null) return malformed('there is no such entity', offset)
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16)
  if (!isCharacter(code)) malformed('an entity is no character', offset)
  return String.fromCodePoint(code)
}

const unescape = (raw: string, offset: number): string => {
  if (raw.includes('<')) malformed('an attribute contains <', offset)
  // XML 1.0 §3.3.3: white space in an attribute reads as spaces; entities keep theirs.
  const text = raw.replaceAll(/\r\n|[\t\n\r]/g, ' ')
  if (!text.includes('&')) return text
  if (/&(?![^&;]{1,8};)/.test(text)) malformed('an entity is not closed', offset)
  return text.replaceAll(/&([^&;]{1,8});/g, (_, body: string) => entity(body, offset))
}

type Tag = {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly empty: boolean
  readonly end: number
}

const readTag = (text: string, start: number): Tag => {
  const nameAt = /([A-Za-z_][A-Za-z0-9_.-]*)/y
  nameAt.lastIndex = start + 1
  const name = nameAt.exec(text)?.[1] ?? malformed('an element has no name', start)
  const attributes = new Map<string, string>()
  const part = /\s+([A-Za-z_][A-Za-z0-9_.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/y
  let offset = nameAt.lastIndex
  for (;;) {
    part.lastIndex = offset
    const match = part.exec(text)
    if (match === null) break
    const key = match[1] as string
    if (attributes.has(key)) malformed('an attribute stands twice', offset)
    if (attributes.size >= xmlAttributesMax) malformed('too many attributes', offset)
    attributes.set(key, unescape((match[2] ?? match[3]) as string, offset))
    offset = part.lastIndex
  }
  const close = /\s*(\/?)>/y
  close.lastIndex = offset
  const match = close.exec(text)
  if (match === null) return malformed('an element is not closed', offset)
  return { name, attributes, empty: match[1] === '/', end: close.lastIndex }
}

type Open = { readonly name: string; readonly tag: Tag; readonly children: XmlElement[] }

const skipSpace = (text: string, start: number): number => {
  const space = /[ \t\r\n]*/y
  space.lastIndex = start
  space.exec(text)
  return space.lastIndex
}

const endOf = (text: string, mark: string, from: number): number => {
  const index = text.indexOf(mark, from)
  return index < 0 ? malformed(`${mark} is missing`, from) : index + mark.length
}

const skipComment = (text: string, start: number): number => {
  const end = endOf(text, '-->', start + 4)
  if (text.slice(start + 4, end - 3).includes('--')) malformed('a comment contains --', start)
  return end
}

/** All elements at the top of a text; a message has one. */
export const parseXml = (text: string, bounds: XmlBounds): readonly XmlElement[] => {
  const top: XmlElement[] = []
  const open: Open[] = []
  let offset = text.startsWith('\uFEFF') ? 1 : 0
  if (/^<\?xml[ \t\r\n]/.test(text.slice(offset, offset + 6))) offset = endOf(text, '?>', offset)
  for (;;) {
    offset = skipSpace(text, offset)
    if (offset >= text.length) break
    if (text.startsWith('<!--', offset)) {
      offset = skipComment(text, offset)
    } else if (text.startsWith('</', offset)) {
      const last = open.pop() ?? malformed('an element ends that did not begin', offset)
      const close = endOf(text, '>', offset)
      if (text.slice(offset + 2, close - 1).trimEnd() !== last.name) {
        malformed('an element ends under another name', offset)
      }
      const { name, attributes } = last.tag
      ;(open.at(-1)?.children ?? top).push({ name, attributes, children: last.children })
      offset = close
    } else if (text.startsWith('<', offset)) {
      bounds.spendItem()
      const tag = readTag(text, offset)
      const { name, attributes, end } = tag
      if (tag.empty) (open.at(-1)?.children ?? top).push({ name, attributes, children: [] })
      else open.push({ name, tag, children: [] })
      bounds.checkDepth(open.length)
      offset = end
    } else {
      malformed('text stands between elements', offset)
    }
  }
  if (open.length > 0) malformed('an element has no end', text.length)
  return top
}
