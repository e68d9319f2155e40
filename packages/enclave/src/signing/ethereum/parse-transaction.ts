/** Unsigned Ethereum transactions of every type: one table of fields, one strict parser. */
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { decodeRlpList } from './rlp.ts'
import { type Fields, fieldReaders } from './transaction-fields.ts'

type TransactionForm = { readonly name: string; readonly fields: readonly (keyof Fields)[] }

/** EIP-155: six fields, then chain id, 0, 0 in place of the signature. */
const legacy: TransactionForm = {
  name: 'legacy',
  fields: [
    ...(['nonce', 'gasPrice', 'gasLimit', 'to', 'value', 'data'] as const),
    ...(['chainId', 'empty', 'empty'] as const),
  ],
}

const feeMarket = ['chainId', 'nonce', 'maxPriorityFeePerGas', 'maxFeePerGas', 'gasLimit'] as const

/** EIP-2718 type byte → fields in order. */
const typedForms: Readonly<Record<number, TransactionForm>> = {
  1: {
    name: 'eip2930',
    fields: ['chainId', 'nonce', 'gasPrice', 'gasLimit', 'to', 'value', 'data', 'accessList'],
  },
  2: { name: 'eip1559', fields: [...feeMarket, 'to', 'value', 'data', 'accessList'] },
  3: {
    name: 'eip4844',
    fields: [
      ...([...feeMarket, 'recipient', 'value', 'data', 'accessList'] as const),
      ...(['maxFeePerBlobGas', 'blobVersionedHashes'] as const),
    ],
  },
  4: {
    name: 'eip7702',
    fields: [...feeMarket, 'recipient', 'value', 'data', 'accessList', 'authorizationList'],
  },
}

export type EthereumTransaction = Pick<
  Fields,
  'chainId' | 'nonce' | 'gasLimit' | 'to' | 'value' | 'data'
> &
  Partial<Fields> & {
    readonly form: string
    /** EIP-2718 type byte; undefined in the legacy form. */
    readonly type: number | undefined
    /** The encoded fields, without the list's header and without what stands for a signature. */
    readonly content: Bytes
  }

/** Bytes that the encoded chain id and the two empty strings of EIP-155 take at the end. */
const placeholderLength = (chainId: Bytes): number =>
  chainId.length === 1 && (chainId[0] as number) < 0x80 ? 3 : chainId.length + 3

/** Parses an unsigned transaction; `bad_transaction` for anything but its one encoding. */
export const parseTransaction = (untrusted: Bytes): EthereumTransaction => {
  const first = untrusted[0]
  const type = first === undefined || first >= 0xc0 ? undefined : first
  const form = type === undefined ? legacy : typedForms[type]
  if (form === undefined) return fail('bad_transaction', 'there is no such transaction type')
  const { items, content } = decodeRlpList(type === undefined ? untrusted : untrusted.subarray(1))
  if (type === undefined && items.length === 6) {
    return fail('bad_transaction', 'the chain id of EIP-155 is missing', 'chainId')
  }
  if (items.length !== form.fields.length) {
    return fail('bad_transaction', 'the transaction has another number of fields')
  }
  const values: Partial<Record<keyof Fields, unknown>> = {}
  for (let index = 0; index < items.length; index += 1) {
    const name = form.fields[index] as keyof Fields
    values[name] = fieldReaders[name](items[index] as Bytes)
  }
  const fields = values as Fields
  const to = fields.recipient ?? fields.to
  const unsignedLength =
    type === undefined ? content.length - placeholderLength(items[6] as Bytes) : content.length
  return { ...fields, to, form: form.name, type, content: content.subarray(0, unsignedLength) }
}
