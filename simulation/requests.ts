/** The requests of the workload, as bytes. */
import { type Bytes, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { toCbor } from '@holdfast/base/cbor'
import { sealHpke } from '@holdfast/base/hpke'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { PlacementConstraints } from '@holdfast/base/placement'
import { resolvePlacement } from '@holdfast/base/placement-resolve'
import type { Policy } from '@holdfast/base/policy'
import type { KeySource } from '@holdfast/base/requests/wallet-create'
import type { AccountRequest, PasswordCredential, Wallet } from '@holdfast/base/wallet'
import { serializeTransaction } from 'viem'
import type { SimulatedKey } from './client-key.ts'
import type { KnownWallet } from './ledger.ts'
import type { Random } from './random.ts'
import type { SimulatedNode } from './simulated-node.ts'
import type { World } from './world.ts'
import { startsAtMs } from './zones.ts'

/** The most that the policy of every simulated wallet lets one transaction move. */
export const amountMax = 5000n
const lifetimeMs = 600_000

const recipient = '0x00000000000000000000000000000000000000aa'
/** Transfers to it are limited by window; those to the other sign an intent once. */
export const countedRecipient = '0x00000000000000000000000000000000000000bb'
export const onceRecipient = '0x00000000000000000000000000000000000000cc'
/** Short, so that runs reach the next; long, so that stores are lost within one. */
const [shortMs, longMs] = [60_000, 600_000]

const policy: Policy = {
  format: 'holdfast policy v1',
  rules: [
    { id: 'rest', effect: 'allow', operations: ['wallet.show', 'account.add', 'credential.add'] },
    {
      id: 'small',
      effect: 'allow',
      operations: ['sign'],
      when: { to: [recipient], maxAmount: amountMax.toString(), maxFee: '1000000' },
    },
    {
      id: 'counted',
      effect: 'allow',
      operations: ['sign'],
      when: { to: [countedRecipient], maxFee: '1000000' },
      limits: [
        { type: 'signatures', count: 7, windowMs: longMs },
        { type: 'value', chain: 'ethereum', asset: 'native', amount: '9000', windowMs: shortMs },
      ],
    },
    {
      id: 'once',
      effect: 'allow',
      operations: ['sign'],
      when: { to: [onceRecipient], maxFee: '1000000' },
      once: true,
    },
  ],
}

const headerOf = (world: World): { readonly mesh: string; readonly expiresAt: string } => ({
  mesh: world.manifest.mesh,
  expiresAt: new Date(Math.floor(startsAtMs + world.scheduler.nowMs()) + lifetimeMs).toISOString(),
})

const encode = (request: object): Bytes => utf8(JSON.stringify(request))

export type Creation = {
  readonly home: ZoneId
  readonly constraints: PlacementConstraints
  readonly durability: number
  readonly staleAfterMs: number
  readonly owner: SimulatedKey
  readonly source: KeySource
  readonly random: Random
}

/** Undefined where no placement fulfils the constraints. */
export const creationBytes = (world: World, of: Creation): Bytes | undefined => {
  const { home, constraints, durability, owner, staleAfterMs, source, random } = of
  const { zones } = world.manifest.manifest
  const placement = resolvePlacement({ constraints, home, zones, durability })
  if (!placement.ok) return undefined
  return encode({
    operation: 'wallet.create',
    ...headerOf(world),
    nonce: toHex(random.bytes(16)),
    cell: 0,
    home,
    name: 'Simulated wallet',
    placement: placement.value,
    staleAfterMs,
    persons: [{ id: owner.credential.person, owner: true }],
    credentials: [owner.credential],
    policy,
    keys: [{ name: 'main', kind: 'secp256k1', source, accounts: [{ chain: 'ethereum' }] }],
  })
}

/** A key that only the simulation knows, sealed to one enclave. */
export const sealedImport = (world: World, node: SimulatedNode, random: Random): KeySource => {
  const { crypto, manifest } = world
  const sealed = sealHpke({
    primitives: crypto,
    recipientPublicKey: node.identity.sealingPublicKey,
    ephemeralPrivateKey: random.bytes(32),
    plaintext: toCbor({ secret: random.bytes(32) }),
    info: utf8(`holdfast import v1\0${manifest.mesh}`),
  })
  if (!sealed.ok) throw new Error(sealed.refusal.detail)
  const { encapsulation, ciphertext } = sealed.value
  return {
    type: 'import',
    format: 'raw',
    sealed: {
      boot: node.peer.boot,
      sealingKey: toBase64Url(node.identity.sealingPublicKey),
      encapsulation: toBase64Url(encapsulation),
      ciphertext: toBase64Url(ciphertext),
    },
  }
}

const unsignedTransfer = (nonce: number, value: bigint, to: `0x${string}`): string =>
  serializeTransaction({
    type: 'eip1559',
    chainId: 31337,
    nonce,
    to,
    value,
    gas: 21000n,
    maxFeePerGas: 10n,
    maxPriorityFeePerGas: 1n,
  }).slice(2)

const seenOf = ({ wallet: { epoch, version } }: KnownWallet) => ({ epoch, version })

export const signBytes = (
  world: World,
  known: KnownWallet,
  {
    nonce,
    value,
    seen,
    to = recipient,
    ...rest
  }: {
    readonly nonce: number
    readonly value: bigint
    readonly seen: boolean
    readonly to?: `0x${string}`
    readonly intent?: string
    readonly charge?: ZoneId
  },
): Bytes =>
  encode({
    operation: 'sign',
    ...headerOf(world),
    wallet: known.id,
    account: known.wallet.accounts[0]?.id,
    ...rest,
    ...(seen ? { seen: seenOf(known) } : {}),
    payload: { kind: 'ethereum.transaction', transaction: unsignedTransfer(nonce, value, to) },
  })

export const showBytes = (world: World, known: KnownWallet): Bytes =>
  encode({
    operation: 'wallet.show',
    ...headerOf(world),
    wallet: known.id,
    seen: seenOf(known),
  })

/** Asked by somebody who has seen nothing of the wallet yet. */
export const peekBytes = (
  world: World,
  operation: 'wallet.show' | 'wallet.list',
  wallet: WalletId,
): Bytes =>
  encode({ operation, ...headerOf(world), ...(operation === 'wallet.show' && { wallet }) })

export const giveUpBytes = (world: World, { id, epoch, version }: Wallet, zone: ZoneId): Bytes =>
  encode({
    operation: 'placement.give-up',
    ...headerOf(world),
    wallet: id,
    base: { epoch, version },
    zone,
  })

export const passwordBytes = (
  world: World,
  known: KnownWallet,
  request: { readonly operation: string; readonly message: string; readonly person?: string },
): Bytes => encode({ ...request, ...headerOf(world), wallet: known.id })

/** The owner's password, as a credential of the wallet. */
export const enrolmentBytes = (
  world: World,
  { id, epoch, version }: Wallet,
  credential: PasswordCredential,
): Bytes =>
  encode({
    operation: 'credential.add',
    ...headerOf(world),
    wallet: id,
    base: { epoch, version },
    persons: [],
    credentials: [credential],
  })

/** Every account that a key of secp256k1 can have besides its Ethereum account. */
const accounts: readonly AccountRequest[] = (['mainnet', 'testnet', 'regtest'] as const).flatMap(
  (network) =>
    (['p2pkh', 'p2sh-p2wpkh', 'p2wpkh', 'p2tr'] as const).map((script) => ({
      chain: 'bitcoin' as const,
      network,
      script,
    })),
)

/** To other zones, the home among them; undefined where too few would hold it. */
export const moveBytes = (world: World, known: KnownWallet, random: Random): Bytes | undefined => {
  const { zones } = world.manifest.manifest
  const { home } = known.wallet
  const regions = zones.map(({ id }) => id).filter((id) => id === home || random.chance(0.6))
  const placement = resolvePlacement({ constraints: { regions }, home, zones, durability: 2 })
  if (!placement.ok) return undefined
  return encode({
    operation: 'placement.change',
    ...headerOf(world),
    wallet: known.id,
    base: seenOf(known),
    placement: placement.value,
  })
}

export const cancelBytes = (world: World, wallet: WalletId): Bytes =>
  encode({ operation: 'wallet.cancel', ...headerOf(world), wallet })

export const additionBytes = (world: World, known: KnownWallet, random: Random): Bytes =>
  encode({
    operation: 'account.add',
    ...headerOf(world),
    wallet: known.id,
    key: known.wallet.keys[0]?.id,
    accounts: [random.pick(accounts)],
    base: seenOf(known),
  })
