/** Builds `wallet.create`: persons, policy, placement and keys of a new wallet. */
import { type WalletAnswer, walletAnswer } from '@holdfast/base/answers'
import { toHex } from '@holdfast/base/bytes'
import { RefusalError } from '@holdfast/base/errors'
import { PersonId, type ZoneId } from '@holdfast/base/ids'
import type { PlacementConstraints } from '@holdfast/base/placement'
import { type PlacementZone, resolvePlacement } from '@holdfast/base/placement-resolve'
import type { ChangeTerms, Policy } from '@holdfast/base/policy'
import type { KeyRequest } from '@holdfast/base/requests/wallet-create'
import type { Credential, Person } from '@holdfast/base/wallet'
import { credentialOf, type Signer } from '../credentials.ts'
import { randomBytes } from '../entropy.ts'
import { type DefaultPolicy, defaultPolicy } from './default-policy.ts'
import { type Header, mustMatch, observeWallet, type Prepared, prepare } from './prepared.ts'

/** Who owns a wallet and what governs it; every field has a default. */
export type WalletOptions = {
  readonly name: string
  /** The zone that makes the wallet and orders its changes. Default: the node's own. */
  readonly home?: ZoneId
  /** Default: all zones. */
  readonly placement?: PlacementConstraints
  /** How many zones must hold it before its addresses are shown. Default: two, where there are. */
  readonly durability?: number
  readonly staleAfterMs?: number
  /** Default: one owner named `owner`, with the client's credentials. */
  readonly persons?: readonly Person[]
  readonly credentials?: readonly Credential[]
  /** Default: owners may do what can be decoded (`defaultPolicy`). */
  readonly policy?: Policy
  /** For the default policy: whether an authenticated session may sign. */
  readonly proof?: 'request' | 'session'
  /** For the default policy: whether owners may sign what the enclave cannot decode. */
  readonly allowUndecoded?: boolean
  /** For the default policy: whether certificates of the wallet may speak KMIP for it. */
  readonly kmip?: boolean
  /** For the default policy: by whom and when new credentials and rules come into force. */
  readonly changes?: ChangeTerms
}

/** No keys: a wallet that governs general objects alone. */
export type CreateWallet = WalletOptions & { readonly keys: readonly KeyRequest[] }

const theOwner = PersonId('owner')

/**
 * The bytes that create a wallet. Refusals: those of `resolvePlacement`.
 */
export const createWallet = (
  options: CreateWallet,
  context: {
    readonly header: Header
    readonly zones: readonly PlacementZone[]
    readonly home: ZoneId
    readonly signers: readonly Signer[]
  },
): Prepared<WalletAnswer> => {
  const home = options.home ?? context.home
  const placement = resolvePlacement({
    constraints: options.placement ?? {},
    home,
    zones: context.zones,
    ...(options.durability === undefined ? {} : { durability: options.durability }),
  })
  if (!placement.ok) throw new RefusalError(placement.refusal)
  const persons = options.persons ?? [{ id: theOwner, owner: true }]
  const owners = persons.filter((person) => person.owner).map((person) => person.id)
  const credentials =
    options.credentials ??
    context.signers.map((signer) => credentialOf(signer, owners[0] ?? theOwner))
  const defaults: DefaultPolicy = {
    owners,
    ...(options.proof === undefined ? {} : { proof: options.proof }),
    ...(options.allowUndecoded === undefined ? {} : { allowUndecoded: options.allowUndecoded }),
    ...(options.changes === undefined ? {} : { changes: options.changes }),
    ...(options.kmip === undefined ? {} : { kmip: options.kmip }),
  }
  return prepare(
    {
      operation: 'wallet.create',
      ...context.header,
      nonce: toHex(randomBytes(16)),
      cell: 0,
      home,
      name: options.name,
      placement: placement.value,
      ...(options.staleAfterMs === undefined ? {} : { staleAfterMs: options.staleAfterMs }),
      persons: [...persons],
      credentials: [...credentials],
      policy: options.policy ?? defaultPolicy(defaults),
      keys: [...options.keys],
    },
    walletAnswer,
    (answer, requestHash) => {
      // A wallet's id is its cell and the first 20 bytes of the hash of what created it.
      mustMatch(answer.wallet.id, `wal_0000${requestHash.slice(0, 40)}`)
      return observeWallet(answer)
    },
  )
}
