/** Judges every signature at the moment when a core makes it: invariants 8 and 11. */
import type { SignAnswer } from '@holdfast/base/answers'
import { type Bytes, concat, fromHex, toHex } from '@holdfast/base/bytes'
import type { WalletId } from '@holdfast/base/ids'
import { parseRequest } from '@holdfast/base/requests/request'
import { isNewer } from '@holdfast/enclave/wallets/wallet-entry'
import { parseTransaction, serializeTransaction } from 'viem'
import { amountMax } from './requests.ts'
import type { SimulatedNode } from './simulated-node.ts'
import type { World } from './world.ts'

/** Without its signature, a transaction is written as it was given to be signed. */
const unsignedOf = (
  transaction: ReturnType<typeof parseTransaction<`0x02${string}`>>,
): Omit<typeof transaction, 'r' | 's' | 'v' | 'yParity'> => {
  const { r: _r, s: _s, v: _v, yParity: _yParity, ...unsigned } = transaction
  return unsigned
}

export class SignatureChecks {
  /** Requests that the owner of their wallet really authorised, by their hash. */
  readonly #authorised = new Map<string, Bytes>()
  #world: World | undefined

  /** The world needs its observer first. */
  watch(world: World): void {
    this.#world = world
  }

  authorise(world: World, request: Bytes): void {
    this.#authorised.set(toHex(world.crypto.sha256(request)), request)
  }

  signed(node: SimulatedNode, answer: SignAnswer): void {
    const world = this.#world
    if (world === undefined) return
    const { checks, records } = world
    const { receipt } = answer
    const bytes = this.#authorised.get(receipt.request)
    checks.expect(8, bytes !== undefined, () => `${receipt.wallet} signed without authorisation`)
    if (bytes === undefined) return
    const { id: zone } = node.zone
    const document = records.of(zone).get(`wallet/${receipt.wallet}`)?.document
    if (document === undefined) return
    checks.expect(
      8,
      world.isFresh(node, document),
      () => `${zone} signed for ${receipt.wallet} though it heard nobody for too long`,
    )
    checks.expect(
      8,
      this.#isOf(world, receipt.wallet, bytes, answer),
      () => `a signature of ${receipt.wallet} is not of the bytes that were authorised`,
    )
    const request = parseRequest(bytes)
    const seen = request.operation === 'sign' ? request.seen : undefined
    checks.expect(
      11,
      seen === undefined || !isNewer(seen, receipt),
      () => `${zone} signed on ${receipt.epoch}.${receipt.version}, older than was seen`,
    )
  }

  /** The transaction of the request, signed by the account's key, within the policy. */
  #isOf(world: World, wallet: WalletId, bytes: Bytes, { signed }: SignAnswer): boolean {
    const request = parseRequest(bytes)
    if (request.operation !== 'sign' || request.payload.kind !== 'ethereum.transaction')
      return false
    if (signed.kind !== 'ethereum.transaction') return false
    const parsed = parseTransaction(`0x02${signed.transaction.slice(2)}`)
    const { r, s } = parsed
    const again = serializeTransaction(unsignedOf(parsed)).slice(2)
    const account = [...(world.records.history.get(wallet)?.values() ?? [])]
      .flatMap(({ accounts }) => accounts)
      .find(({ id }) => id === request.account)
    if (account === undefined || r === undefined || s === undefined) return false
    const pad = (hex: string): Bytes => fromHex(hex.slice(2).padStart(64, '0'))
    return (
      again === request.payload.transaction &&
      (parsed.value ?? 0n) <= amountMax &&
      world.crypto.secp256k1.verify({
        digest: world.crypto.keccak256(fromHex(again)),
        signature: concat(pad(r), pad(s)),
        publicKey: fromHex(account.publicKey),
      })
    )
  }
}
