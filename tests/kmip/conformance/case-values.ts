/** What a case being played knows: values of placeholders, and what its requests said. */
import { type Item, tags } from '../../../packages/kmip/src/index.ts'
import {
  type CaseStep,
  fillPlaceholders,
  type Placeholder,
} from '../../../packages/kmip/src/testing/cases.ts'
import type { XmlElement } from '../../../packages/kmip/src/xml/element.ts'
import { textOfItem } from './text-of-item.ts'

/** Operations that make values on the server. */
const generating: ReadonlySet<string> = new Set([
  'Create',
  'CreateKeyPair',
  'ReKey',
  'ReKeyKeyPair',
  'DeriveKey',
  'CreateSplitKey',
  'Certify',
  'ReCertify',
])

/** Operations whose output is of itself never the same twice. */
const random: ReadonlySet<string> = new Set(['RNGRetrieve'])

const has = (elements: readonly XmlElement[], name: string, ...values: string[]): boolean =>
  elements.some((one) => one.name === name && values.includes(one.attributes.get('value') ?? ''))

/** Operations whose output a case makes variable: probabilistic paddings and signatures. */
const probabilisticIn = (requests: readonly XmlElement[]): ReadonlySet<string> => {
  const operations = new Set<string>()
  const isEc = has(requests, 'CryptographicAlgorithm', 'EC', 'ECDSA', 'DSA')
  if (isEc || has(requests, 'PaddingMethod', 'PSS')) operations.add('Sign')
  if (has(requests, 'PaddingMethod', 'OAEP', 'PKCS1V1_5')) operations.add('Encrypt')
  if (has(requests, 'RandomIV', 'true')) operations.add('Encrypt')
  return operations
}

/** Names of values that stay once they are bound. */
const lasting = /^(?:SHORT_)?UNIQUE_IDENTIFIER|^KEY_MATERIAL_|^KEY_VALUE_/

const tagNames: ReadonlyMap<number, string> = new Map(
  Object.entries(tags).map(([name, [tag]]) => [tag, name]),
)
const nameOf = ({ tag }: Item): string => tagNames.get(tag) ?? ''

const all = (element: XmlElement): readonly XmlElement[] => [
  element,
  ...element.children.flatMap(all),
]

const compact = (text: string): string => text.replaceAll(' ', '')

/** Name and value of each date that a request states, 1.x names from the name beside it. */
const namedValues = (element: XmlElement): readonly string[] => {
  const value = element.attributes.get('value')
  const own = value === undefined ? [] : [`${element.name} ${value}`]
  if (element.name !== 'Attribute') return [...own, ...element.children.flatMap(namedValues)]
  const name = element.children.find((child) => child.name === 'AttributeName')
  const given = element.children.find((child) => child.name === 'AttributeValue')
  const named = `${compact(name?.attributes.get('value') ?? '')} ${given?.attributes.get('value')}`
  return [named, ...element.children.flatMap(namedValues)]
}

export class CaseValues {
  readonly hasGenerated: boolean
  /** Whether the server issues certificates in this case. */
  readonly hasIssued: boolean
  readonly #sent = new Set<string>()
  readonly #probabilistic: ReadonlySet<string>
  readonly #instead = new Map<string, string>()
  readonly #sentAs: ReadonlySet<string>
  readonly #nowSeconds: number
  readonly #latest = new Map<string, string>()
  #passed = false
  /** Identifiers in the request that is being answered. */
  #requested: ReadonlySet<string> = new Set()
  #bound: ReadonlyMap<string, string> = new Map()

  constructor(steps: readonly CaseStep[], nowSeconds: number) {
    const requests = steps.flatMap(({ request }) => all(request))
    this.#nowSeconds = nowSeconds
    this.#probabilistic = probabilisticIn(requests)
    this.#sentAs = new Set(steps.flatMap(({ request }) => namedValues(request)))
    this.hasIssued = has(requests, 'Operation', 'Certify', 'ReCertify')
    // What a case uses and did not bring was made by the server.
    const brings = has(requests, 'Operation', 'Register', 'Import')
    this.hasGenerated =
      !brings ||
      requests.some(
        ({ name, attributes }) =>
          name === 'Operation' && generating.has(attributes.get('value') ?? ''),
      )
  }

  /** Keeps what an answer holds, by its tags. */
  receives(answer: Item): void {
    if (answer.type === 'Structure') for (const child of answer.value) this.receives(child)
    else this.#latest.set(nameOf(answer).toUpperCase(), textOfItem(answer))
  }

  /** The server's clock was set forward: what was now is past. */
  timePasses(): void {
    this.#passed = true
  }

  isPast(text: string): boolean {
    return this.#passed && text.startsWith('$NOW')
  }

  wasSent(text: string): boolean {
    return this.#sent.has(text)
  }

  wasSentAs(name: string, text: string): boolean {
    return this.#sentAs.has(`${name} ${text}`)
  }

  isVariable(operation: string): boolean {
    return random.has(operation) || this.#probabilistic.has(operation)
  }

  /** Remembers what a request says; what a server repeats of it must be the same. */
  sends(request: XmlElement): XmlElement {
    for (const { attributes } of all(request)) this.#sent.add(attributes.get('value') ?? '')
    const filled = this.fill(request)
    this.#requested = new Set(
      all(filled)
        .filter(({ name }) => name === 'UniqueIdentifier')
        .map(({ attributes }) => attributes.get('value') ?? ''),
    )
    return filled
  }

  /** A published output that varies: later requests that carry it carry the real one. */
  replace(published: string, actual: string): void {
    if (published !== '') this.#instead.set(published.toLowerCase(), actual)
  }

  /** Keeps the value of a placeholder; false where it has another one that lasts. */
  bind(name: string, item: Item): boolean {
    const text = textOfItem(item)
    const known = this.#bound.get(name)
    if (known !== undefined && known !== text && lasting.test(name)) {
      // An identifier may vary; one that repeats that of the request is right whatever its number.
      return name.startsWith('UNIQUE_IDENTIFIER') && this.#requested.has(text)
    }
    this.#bound = new Map([...this.#bound, [name, text]])
    return true
  }

  save(): ReadonlyMap<string, string> {
    return this.#bound
  }

  restore(bound: ReadonlyMap<string, string>): void {
    this.#bound = bound
  }

  fill(element: XmlElement): XmlElement {
    return this.#replaced(fillPlaceholders(element, (placeholder) => this.#valueOf(placeholder)))
  }

  #replaced(element: XmlElement): XmlElement {
    const text = element.attributes.get('value') ?? ''
    const isBytes = element.attributes.get('type') === 'ByteString'
    const instead = isBytes ? this.#instead.get(text.toLowerCase()) : undefined
    return {
      name: element.name,
      attributes:
        instead === undefined
          ? element.attributes
          : new Map([...element.attributes, ['value', instead]]),
      children: element.children.map((child) => this.#replaced(child)),
    }
  }

  #valueOf({ name, offset }: Placeholder): string {
    if (name === 'NOW') return new Date((this.#nowSeconds + offset) * 1000).toISOString()
    const value = this.#bound.get(name)
    if (value === undefined) return this.#lastOf(name)
    return value
  }

  /** Where no response had the placeholder: the last value under the tag that it names. */
  #lastOf(name: string): string {
    const value = this.#latest.get(name.replaceAll(/_\d+$|_/g, ''))
    if (value === undefined) throw new Error(`no response gave a value to $${name}`)
    return value
  }
}
