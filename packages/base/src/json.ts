/**
 * Strict JSON (RFC 8259, I-JSON RFC 7493 §2.3): well-formed UTF-8, no repeated key, bounded depth.
 * What one parser reads and another would read otherwise must not be signed.
 */
import { type Bytes, fromUtf8 } from './bytes.ts'
import { fail } from './errors.ts'
import { jsonDepthMax } from './limits.ts'

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c

/** Up to so many keys are compared one by one. */
const fewKeys = 12

/**
 * The offset behind the closing quote of the string that opens at `start`. Where the text has no
 * escape at all, as most requests have none, the next quote closes it.
 */
const skipString = (text: string, start: number, hasEscapes: boolean): number => {
  if (!hasEscapes) return text.indexOf('"', start + 1) + 1
  let offset = start + 1
  for (;;) {
    const code = text.charCodeAt(offset)
    if (code === quote) return offset + 1
    offset += code === backslash ? 2 : 1
  }
}

/** The keys of one object: a list while they are few, which is cheaper than a set. */
const createKeys = (): { readonly addsTwice: (key: string) => boolean } => {
  const few: string[] = []
  let many: Set<string> | undefined
  return {
    addsTwice: (key) => {
      if (many === undefined) {
        if (few.includes(key)) return true
        few.push(key)
        if (few.length > fewKeys) many = new Set(few)
        return false
      }
      if (many.has(key)) return true
      many.add(key)
      return false
    },
  }
}

/** Walks text that `JSON.parse` has accepted; refuses repeated keys and depth. */
const checkKeys = (text: string, depthMax: number): void => {
  const hasEscapes = text.includes('\\')
  const scopes: (ReturnType<typeof createKeys> | undefined)[] = []
  let expectsKey = false
  let offset = 0
  while (offset < text.length) {
    const code = text.charCodeAt(offset)
    if (code === quote) {
      const end = skipString(text, offset, hasEscapes)
      if (expectsKey) {
        const raw = text.slice(offset + 1, end - 1)
        const escaped = hasEscapes && raw.includes('\\')
        const key = escaped ? (JSON.parse(`"${raw}"`) as string) : raw
        if (scopes.at(-1)?.addsTwice(key) === true) {
          fail('malformed', 'a key stands twice in one object')
        }
        expectsKey = false
      }
      offset = end
      continue
    }
    if (code === openBrace || code === openBracket) {
      scopes.push(code === openBrace ? createKeys() : undefined)
      if (scopes.length > depthMax) fail('malformed', 'nested too deeply')
      expectsKey = code === openBrace
    } else if (code === closeBrace || code === closeBracket) {
      scopes.pop()
      expectsKey = false
    } else if (code === comma) {
      expectsKey = scopes.at(-1) !== undefined
    }
    offset += 1
  }
}

/** Parses strict JSON; `malformed` otherwise. The caller has bounded the length. */
export const parseStrictJson = (untrusted: Bytes, depthMax = jsonDepthMax): unknown => {
  let text: string
  let value: unknown
  try {
    text = fromUtf8(untrusted)
    value = JSON.parse(text)
  } catch {
    return fail('malformed', 'not JSON in UTF-8')
  }
  checkKeys(text, depthMax)
  return value
}
