/**
 * Generated Ethereum transactions, decoded by the enclave, viem and ethers: what they disagree on.
 * The suite tries some; `npm run decoders` tries ten thousand.
 */
import { fromHex } from '@holdfast/base/bytes'
import { AccountId, ObjectId } from '@holdfast/base/ids'
import type { Effect } from '@holdfast/base/intent'
import type { Account } from '@holdfast/base/wallet'
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

/** mulberry32: the same transactions for the same seed, everywhere. */
const generator = (seed: number) => {
  let state = seed >>> 0
  return (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
type Random = ReturnType<typeof generator>

const address = (random: Random): Hex =>
  getAddress(`0x${Array.from({ length: 40 }, () => random(16).toString(16)).join('')}`) as Hex
const amount = (random: Random): bigint => {
  const bytes = 1 + random(12)
  return BigInt(`0x${Array.from({ length: bytes * 2 }, () => random(16).toString(16)).join('')}`)
}

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
    () => `0x${Array.from({ length: 8 + 2 * random(60) }, () => random(16).toString(16)).join('')}`,
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
  const forms: readonly (() => Hex)[] = [
    () => serializeTransaction({ type: 'legacy', gasPrice: price, ...common }),
    () => serializeTransaction({ type: 'eip2930', gasPrice: price, accessList, ...common }),
    () =>
      serializeTransaction({
        type: 'eip1559',
        maxFeePerGas: price,
        maxPriorityFeePerGas: price / 2n,
        ...common,
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

const account: Account = {
  id: AccountId(`acc_${'1'.repeat(32)}`),
  key: ObjectId(`key_${'1'.repeat(32)}`),
  chain: 'ethereum',
  address: '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf',
  publicKey: '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
}

export type Disagreement = { readonly transaction: string; readonly what: string }

/** Tries `count` transactions; none of them is in the answer where all three agree. */
export const disagreements = (
  crypto: Crypto,
  options: { readonly count: number; readonly seed: number },
): readonly Disagreement[] => {
  const random = generator(options.seed)
  const found: Disagreement[] = []
  for (let index = 0; index < options.count; index += 1) {
    const transaction = unsigned(random)
    const decoded = decodePayload({
      payload: { kind: 'ethereum.transaction', transaction: transaction.slice(2) },
      account,
      crypto,
    })
    const byViem = parseTransaction(transaction)
    const byEthers = Transaction.from(transaction)
    const note = (what: string): void => void found.push({ transaction, what })
    if (!decoded.ok) {
      note(`refused: ${decoded.refusal.code}`)
      continue
    }
    const { intent, tasks } = decoded.value
    const to = byEthers.to ?? ''
    const expected = effectsBy(to, byEthers.value, byEthers.data as Hex)
    if (JSON.stringify(intent.effects) !== JSON.stringify(expected)) note('effects')
    if (to !== getAddress(byViem.to ?? '')) note('viem and ethers differ in the destination')
    if (BigInt(intent.network ?? 0) !== byEthers.chainId) note('chain id')
    if (Number(intent.network) !== byViem.chainId) note('chain id by viem')
    if (intent.details['nonce'] !== `${byEthers.nonce}`) note('nonce')
    if (
      intent.fee !== `${(byEthers.maxFeePerGas ?? byEthers.gasPrice ?? 0n) * byEthers.gasLimit}`
    ) {
      note('fee')
    }
    const digest = tasks[0]?.data ?? new Uint8Array()
    if (Buffer.compare(digest, fromHex(byEthers.unsignedHash.slice(2))) !== 0) note('digest')
  }
  return found
}
