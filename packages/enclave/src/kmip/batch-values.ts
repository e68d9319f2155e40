/** What a batch has made so far: the ID Placeholder and its kin (KMIP 2.1 §4.58, §6). */
import type { Bytes } from '@holdfast/base/bytes'
import type { DataReference, ObjectReference } from '@holdfast/kmip'
import { failWith } from './failure.ts'

export class BatchValues {
  #placeholder: string | undefined
  #located: readonly string[] = []
  readonly #last = new Map<string, string>()
  readonly #data = new Map<string, Bytes>()

  /** The object that the batch spoke of last. */
  touched(identifier: string): void {
    this.#placeholder = identifier
  }

  /** What Locate found; the placeholder is set only where it is one object (KMIP 1.2 §4.9). */
  located(identifiers: readonly string[]): void {
    this.#located = identifiers
    this.#placeholder = identifiers[0]
    if (identifiers[0] !== undefined) this.made('Locate', identifiers[0])
  }

  /** An operation's result by its name in `UniqueIdentifier` (KMIP 2.1 §11.60). */
  made(name: string, identifier: string): void {
    this.#last.set(name, identifier)
    this.#placeholder = identifier
  }

  madeData(name: string, data: Bytes): void {
    this.#data.set(name, data)
  }

  resolve(reference: ObjectReference | undefined): string {
    if (typeof reference === 'string') return reference
    const missing = (): never => failWith('ItemNotFound', 'no object is in this place')
    if (reference === undefined) return this.#placeholder ?? missing()
    if ('nth' in reference) return this.#located[reference.nth] ?? missing()
    if (reference.last === 'IDPlaceholder') return this.#placeholder ?? missing()
    return this.#last.get(String(reference.last)) ?? missing()
  }

  data(reference: DataReference): Bytes {
    if (reference instanceof Uint8Array) return reference
    const missing = (): never => failWith('InvalidField', 'no data is in this place')
    if ('nth' in reference) return [...this.#data.values()][reference.nth] ?? missing()
    return this.#data.get(String(reference.last)) ?? missing()
  }
}
