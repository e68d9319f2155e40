/**
 * Generated Ethereum transactions, decoded by the enclave, viem and ethers: what they disagree on.
 * All types of EIP-2718: legacy, 1 to 4.
 */
import { toHex } from '@holdfast/base/bytes'
import type { Effect } from '@holdfast/base/intent'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import { decodePayload } from '@holdfast/enclave/signing/decode'
import { getAddress, Interface, Transaction } from 'ethers'
import {
  encodeFunctionData,
  erc20Abi,
  erc721Abi,
  type Hex,
  parseTransaction,
  serializeTransaction,
} from 'viem'
import { account } from './account.ts'
import { type Compare, type Disagreement, textOf } from './disagreement.ts'
import { generator, type Random, randomHex, times } from './random.ts'

const address = (random: Random): Hex => getAddress(`0x${randomHex(random, 20)}`) as Hex
const amount = (random: Random): bigint => BigInt(`0x${randomHex(random, 1 + random(12))}`)

const dataOf = (random: Random): Hex => {
  const kinds: readonly (() => Hex)[] = [
    () => '0x',
    () =>
      encodeFunctionData({
        abi: erc20Abi,
        functionName: 'transfer',
        args: [address(random), amount(random)],
      }),
    () =>
      encodeFunctionData({
        abi: erc20Abi,
        functionName: 'approve',
        args: [address(random), amount(random)],
      }),
    () =>
      encodeFunctionData({
        abi: erc721Abi,
        functionName: 'safeTransferFrom',
        args: [address(random), address(random), amount(random)],
      }),
    () =>
      encodeFunctionData({
        abi: erc721Abi,
        functionName: 'setApprovalForAll',
        args: [address(random), random(2) === 1],
      }),
    () => `0x${randomHex(random, 4 + random(60))}`,
  ]
  return (kinds[random(kinds.length)] as () => Hex)()
}

const unsigned = (random: Random): Hex => {
  const common = {
    chainId: 1 + random(100_000),
    nonce: random(100_000),
    gas: BigInt(21_000 + random(1_000_000)),
    to: address(random),
    value: random(3) === 0 ? 0n : amount(random),
    data: dataOf(random),
  }
  const accessList = [{ address: address(random), storageKeys: [storageKey] }]
  const price = BigInt(random(2 ** 31))
  const fees = { maxFeePerGas: price, maxPriorityFeePerGas: price / 2n }
  const forms: readonly (() => Hex)[] = [
    () => serializeTransaction({ type: 'legacy', gasPrice: price, ...common }),
    () => serializeTransaction({ type: 'eip2930', gasPrice: price, accessList, ...common }),
    () => serializeTransaction({ type: 'eip1559', ...fees, ...common }),
    () => serializeTransaction({ type: 'eip1559', ...fees, ...common, accessList }),
    () => serializeTransaction({ type: 'eip1559', ...fees, ...common, to: null }),
    () =>
      serializeTransaction({
        type: 'eip4844',
        ...fees,
        ...common,
        maxFeePerBlobGas: BigInt(random(2 ** 31)),
        blobVersionedHashes: times(1 + random(6), () => `0x01${randomHex(random, 31)}` as const),
      }),
    () =>
      serializeTransaction({
        type: 'eip7702',
        ...fees,
        ...common,
        authorizationList: times(1 + random(3), () => ({
          chainId: random(2) * common.chainId,
          address: address(random),
          nonce: random(1000),
          r: `0x7f${randomHex(random, 31)}` as const,
          s: `0x2f${randomHex(random, 31)}` as const,
          yParity: random(2),
        })),
      }),
  ]
  return (forms[random(forms.length)] as () => Hex)()
}

const storageKey: Hex = `0x${'ab'.repeat(32)}`

const tokens = new Interface([
  'function transfer(address to, uint256 amount)',
  'function approve(address spender, uint256 amount)',
  'function safeTransferFrom(address from, address to, uint256 tokenId)',
  'function setApprovalForAll(address operator, bool approved)',
])
const unlimited = (1n << 256n) - 1n

/** What the others say that the transaction does, in the words of an intent. */
const effectsBy = (to: string, value: bigint, data: Hex): readonly Effect[] => {
  const native: Effect = { type: 'transfer', asset: 'native', to, amount: value.toString() }
  if (data === '0x') return [native]
  const sent = value > 0n ? [native] : []
  const selector = data.slice(2, 10)
  const call: Effect = {
    type: 'call',
    to,
    value: value.toString(),
    ...(data.length >= 10 ? { selector } : {}),
  }
  const parsed = ((): ReturnType<Interface['parseTransaction']> => {
    try {
      return tokens.parseTransaction({ data })
    } catch {
      return null
    }
  })()
  if (parsed === null || tokens.encodeFunctionData(parsed.name, parsed.args) !== data) return [call]
  const [first, second, third] = parsed.args as unknown as [string, string | bigint, bigint]
  const known: Readonly<Record<string, () => Effect>> = {
    transfer: () => ({ type: 'transfer', asset: to, to: first, amount: `${second}` }),
    approve: () => ({ type: 'approve', asset: to, spender: first, amount: `${second}` }),
    safeTransferFrom: () => ({
      type: 'transfer',
      asset: `${to}/${third}`,
      to: second as string,
      amount: '1',
    }),
    setApprovalForAll: () => ({
      type: 'approve',
      asset: to,
      spender: first,
      amount: `${(second as unknown) === true ? unlimited : 0n}`,
    }),
  }
  return [(known[parsed.name] as () => Effect)(), ...sent]
}

/** What the authorization list of a transaction delegates, as ethers reads it. */
const delegatesBy = ({ authorizationList }: Transaction): readonly Effect[] =>
  (authorizationList ?? []).map((one) => ({
    type: 'delegate',
    to: one.address,
    network: one.chainId.toString(),
  }))

const gasPerBlob = 131_072n

const feeBy = (one: Transaction): bigint =>
  (one.maxFeePerGas ?? one.gasPrice ?? 0n) * one.gasLimit +
  gasPerBlob * BigInt(one.blobVersionedHashes?.length ?? 0) * (one.maxFeePerBlobGas ?? 0n)

const compare = (crypto: Crypto, transaction: Hex, note: (what: string) => void): void => {
  const decoded = decodePayload({
    payload: { kind: 'ethereum.transaction', transaction: transaction.slice(2) },
    account,
    crypto,
  })
  const byViem = parseTransaction(transaction)
  const byEthers = Transaction.from(transaction)
  if (!decoded.ok) return note(`refused: ${decoded.refusal.code}`)
  const { intent, tasks, facts } = decoded.value
  const { to, value } = byEthers
  const effects =
    to === null
      ? [{ type: 'deploy', value: value.toString() }]
      : [...effectsBy(to, value, byEthers.data as Hex), ...delegatesBy(byEthers)]
  if (textOf(intent.effects) !== textOf(effects)) note('effects')
  if (to !== (byViem.to ? getAddress(byViem.to) : null)) note('destination by viem')
  if (BigInt(intent.network ?? 0) !== byEthers.chainId) note('chain id')
  if (Number(intent.network) !== byViem.chainId) note('chain id by viem')
  if (intent.details['nonce'] !== `${byEthers.nonce}`) note('nonce')
  if (intent.fee !== `${feeBy(byEthers)}`) note('fee')
  const calls = to === null || byEthers.data === '0x' ? [] : [{ to, data: byEthers.data }]
  const called = facts?.calls?.map((one) => ({ to: one.to, data: `0x${toHex(one.data)}` }))
  if (textOf(called) !== textOf(calls)) note('calls')
  const digest = tasks[0]?.data ?? new Uint8Array()
  if (`0x${toHex(digest)}` !== byEthers.unsignedHash) note('digest')
}

/** Tries `count` transactions; none of them is in the answer where all three agree. */
export const ethereumDisagreements: Compare = (crypto, { count, seed }) => {
  const random = generator(seed)
  const found: Disagreement[] = []
  for (let left = count; left > 0; left -= 1) {
    const transaction = unsigned(random)
    compare(crypto, transaction, (what) => void found.push({ transaction, what }))
  }
  return found
}
