/** A managed object as KMIP sees it, and its state as it is stored. */
import type { Bytes } from '@holdfast/base/bytes'
import type { ObjectId } from '@holdfast/base/ids'
import type { AnyValue, Attribute } from '@holdfast/kmip'
import type { ObjectState } from '../../objects/managed-objects.ts'
import { failRefused } from '../failure.ts'
import type { WalletKeyFacts } from '../wallet-keys/wallet-keys.ts'
import { type Attributes, valueOf } from './attributes.ts'
import { decodeAttributes, encodeAttributes } from './encode-attributes.ts'

export type KmipObject = {
  readonly id: ObjectId
  /** What clients call it. */
  readonly identifier: string
  readonly attributes: Attributes
  readonly destroyed: boolean
  /** The credential that it was made under, where a request named one. */
  readonly owner: string | undefined
  /** Of the class that never changes and whose secret never leaves (DESIGN §8). */
  readonly walletKey?: WalletKeyFacts
}

export const readState = (state: ObjectState): KmipObject => {
  const attributes = decodeAttributes(state.state)
  if (!attributes.ok) return failRefused(attributes.refusal)
  const identifier = valueOf(attributes.value, 'UniqueIdentifier') ?? state.id
  const owner = attributes.value.find(isOwner)
  return {
    id: state.id,
    identifier,
    attributes: attributes.value.filter((one) => !isOwner(one)),
    destroyed: state.destroyed,
    owner: owner?.name === 'Vendor' ? textOf(owner.value) : undefined,
  }
}

/** The owner stands among the attributes of a state under a name that no client can say. */
const ownerName = '\0owner'
const isOwner = (one: Attribute): boolean => one.name === 'Vendor' && one.vendor === ownerName

const textOf = ({ type, value }: AnyValue): string => (type === 'TextString' ? value : '')

export const stateBytes = ({ attributes, owner }: KmipObject): Bytes => {
  if (owner === undefined) return encodeAttributes(attributes)
  const value = { type: 'TextString', value: owner } as const
  const hidden: Attribute = { name: 'Vendor', vendor: ownerName, attribute: '', value }
  return encodeAttributes([...attributes, hidden])
}
