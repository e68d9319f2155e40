/**
 * What known calls of token contracts do. Only the canonical encoding of a known call is named as
 * a transfer or an approval; everything else is a `call`.
 */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import type { Effect } from '@holdfast/base/intent'
import type { Crypto } from '../../ports/crypto.ts'
import { type AbiReader, abiReader } from './abi-reader.ts'
import { checksumAddress } from './address.ts'

/** An amount without limit, as allowances write it. */
export const unlimited = (1n << 256n) - 1n

export const transferOf = (asset: string, to: string, amount: bigint): Effect => ({
  type: 'transfer',
  asset,
  to,
  amount: amount.toString(),
})

export const approveOf = (asset: string, spender: string, amount: bigint): Effect => ({
  type: 'approve',
  asset,
  spender,
  amount: amount.toString(),
})

/** One item of a collection (ERC-721, ERC-1155) is an asset of its own: `contract/id`. */
export const itemOf = (contract: string, id: bigint): string => `${contract}/${id}`

type Arguments = Omit<AbiReader, 'address' | 'end'> & { address(): string }

type KnownCall = {
  readonly name: string
  readonly words: number
  effects(read: Arguments, contract: string): readonly Effect[]
}

/** Selector → call. ERC-20, ERC-721 and ERC-1155 share some, which is said where it matters. */
const knownCalls: Readonly<Record<string, KnownCall>> = {
  a9059cbb: {
    name: 'transfer(address,uint256)',
    words: 2,
    effects: (read, contract) => [transferOf(contract, read.address(), read.uint())],
  },
  // ERC-20 and ERC-721 share this one: the last word is an amount or the id of an item, which
  // only the contract knows. It is a `call` as well, so that a limit on amounts is not enough.
  '23b872dd': {
    name: 'transferFrom(address,address,uint256)',
    words: 3,
    effects: (read, contract) => {
      read.address()
      return [
        transferOf(contract, read.address(), read.uint()),
        { type: 'call', to: contract, value: '0', selector: '23b872dd' },
      ]
    },
  },
  // Shared as well; `approve` is denied unless a policy names it.
  '095ea7b3': {
    name: 'approve(address,uint256)',
    words: 2,
    effects: (read, contract) => [approveOf(contract, read.address(), read.uint())],
  },
  '39509351': {
    name: 'increaseAllowance(address,uint256)',
    words: 2,
    effects: (read, contract) => [approveOf(contract, read.address(), read.uint())],
  },
  // ERC-2612.
  d505accf: {
    name: 'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)',
    words: 7,
    effects: (read, contract) => {
      read.address()
      const effect = approveOf(contract, read.address(), read.uint())
      for (let index = 0; index < 4; index += 1) read.uint()
      return [effect]
    },
  },
  '42842e0e': {
    name: 'safeTransferFrom(address,address,uint256)',
    words: 3,
    effects: (read, contract) => {
      read.address()
      const to = read.address()
      return [transferOf(itemOf(contract, read.uint()), to, 1n)]
    },
  },
  b88d4fde: {
    name: 'safeTransferFrom(address,address,uint256,bytes)',
    words: 4,
    effects: (read, contract) => {
      read.address()
      const to = read.address()
      const effect = transferOf(itemOf(contract, read.uint()), to, 1n)
      read.bytes()
      return [effect]
    },
  },
  f242432a: {
    name: 'safeTransferFrom(address,address,uint256,uint256,bytes)',
    words: 5,
    effects: (read, contract) => {
      read.address()
      const to = read.address()
      const effect = transferOf(itemOf(contract, read.uint()), to, read.uint())
      read.bytes()
      return [effect]
    },
  },
  '2eb2c2d6': {
    name: 'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)',
    words: 5,
    effects: (read, contract) => {
      read.address()
      const to = read.address()
      const items = read.uints()
      const amounts = read.uints()
      read.bytes()
      if (items.length === 0 || items.length !== amounts.length) return []
      return items.map((id, index) =>
        transferOf(itemOf(contract, id), to, amounts[index] as bigint),
      )
    },
  },
  a22cb465: {
    name: 'setApprovalForAll(address,bool)',
    words: 2,
    effects: (read, contract) => [
      approveOf(contract, read.address(), read.bool() ? unlimited : 0n),
    ],
  },
}

export type CalldataReading = { readonly effects: readonly Effect[]; readonly name?: string }

/** What calling `contract` with `data` does; never empty, never a refusal. */
export const readCalldata = (input: {
  readonly contract: string
  readonly data: Bytes
  readonly crypto: Crypto
}): CalldataReading => {
  const { contract, data, crypto } = input
  const selector = data.length >= 4 ? toHex(data.subarray(0, 4)) : undefined
  const call: Effect = {
    type: 'call',
    to: contract,
    value: '0',
    ...(selector === undefined ? {} : { selector }),
  }
  const known =
    selector !== undefined && Object.hasOwn(knownCalls, selector) ? knownCalls[selector] : undefined
  if (known === undefined) return { effects: [call] }
  const read = attempt(() => {
    const reader = abiReader(data.subarray(4), known.words)
    const address = () => checksumAddress(reader.address(), crypto)
    const effects = known.effects({ ...reader, address }, contract)
    reader.end()
    return effects
  })
  return read.ok && read.value.length > 0
    ? { effects: read.value, name: known.name }
    : { effects: [call] }
}
