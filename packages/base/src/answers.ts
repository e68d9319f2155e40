/** What comes back, by operation. */
import { z } from 'zod'
import { approval, approvalLine, need } from './approval.ts'
import { auditHead, auditPage, witnessedHead } from './audit.ts'
import { exportGrant } from './backup/exported-key.ts'
import { intent } from './intent.ts'
import { marks } from './mark.ts'
import { outcomeState, supersededObject, supersededRequest } from './past-request.ts'
import { limit } from './policy-limits.ts'
import {
  accountId,
  base64url,
  bootId,
  credentialId,
  decimal,
  hex,
  intentId,
  opaqueMessage,
  personId,
  timestamp,
  walletId,
  zoneId,
} from './schema.ts'
import { wallet } from './wallet.ts'

export const nodeName = z.strictObject({ zone: zoneId, boot: bootId, measurement: hex(32) })
export type NodeName = z.infer<typeof nodeName>

/** Who decided what, on which policy version, in which enclave. */
export const receipt = z.strictObject({
  request: hex(32),
  wallet: walletId,
  epoch: z.int(),
  version: z.int(),
  policyVersion: z.int(),
  rule: z.string(),
  persons: z.array(personId),
  intent: intentId.exactOptional(),
  /** The enclave that judged and signed. */
  node: nodeName,
  /** The node that the client spoke to, where it passed the request on. */
  relayedBy: nodeName.exactOptional(),
  at: timestamp,
  /** The entry of the node's log that this is, and what other zones have seen of that log. */
  log: z.strictObject({
    index: z.int().min(0),
    hash: hex(32),
    witnesses: z.array(witnessedHead),
  }),
})
export type Receipt = z.infer<typeof receipt>

export const exportAnswer = z.strictObject({
  wallet: walletId,
  export: exportGrant,
  /** HPKE of `exportedKey` in CBOR (`exportInfo`). */
  encapsulation: base64url,
  ciphertext: base64url,
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type ExportAnswer = z.infer<typeof exportAnswer>

export const auditAnswer = z.strictObject({
  wallet: walletId,
  zone: zoneId,
  /** Every chain of the zone, and where it stands in its store. */
  chains: z.array(auditHead),
  /** How far this zone has seen the chains of the others. */
  seen: z.array(z.strictObject({ ...auditHead.shape, zone: zoneId })),
  page: auditPage.exactOptional(),
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type AuditAnswer = z.infer<typeof auditAnswer>

export const signed = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ethereum.transaction'),
    /** The signed transaction, as `eth_sendRawTransaction` takes it. */
    transaction: hex(),
    hash: hex(32),
  }),
  /** r ‖ s ‖ v with v 27 or 28: personal_sign and EIP-712. */
  z.strictObject({ kind: z.literal('ethereum.signature'), signature: hex(65) }),
  z.strictObject({
    kind: z.literal('ethereum.authorization'),
    yParity: z.union([z.literal(0), z.literal(1)]),
    r: hex(32),
    s: hex(32),
  }),
  z.strictObject({
    kind: z.literal('bitcoin.psbt'),
    /** The PSBT with signatures, in base64url. */
    psbt: z.string(),
    /** The final transaction, where every input is complete. */
    transaction: hex().exactOptional(),
    id: hex(32).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('solana.signature'), signature: hex(64) }),
  z.strictObject({
    kind: z.literal('raw.signature'),
    signature: hex(),
    recovery: z.int().min(0).max(3).exactOptional(),
  }),
])
export type Signed = z.infer<typeof signed>

export const signAnswer = z.strictObject({ signed, decoded: intent, receipt })
export type SignAnswer = z.infer<typeof signAnswer>

/** How far a creation or a change has come. */
export const durabilityState = z.strictObject({
  state: z.enum(['final', 'pending']),
  confirmed: z.array(zoneId),
  missing: z.array(zoneId),
})
export type DurabilityState = z.infer<typeof durabilityState>

/**
 * Where a freeze or a revocation is in force, and where not yet: a zone that was not reached may
 * sign until `until`, or, where that is absent, until it is reached.
 */
export const exposure = z.strictObject({
  inForce: z.array(zoneId),
  open: z.array(z.strictObject({ zone: zoneId, until: timestamp.exactOptional() })),
})
export type Exposure = z.infer<typeof exposure>

export const walletAnswer = z.strictObject({
  wallet,
  durability: durabilityState,
  /** Freezes and cancellations that this zone knows of, where there are any. */
  marks: marks.exactOptional(),
  /** After a revocation: where the credential is still good. */
  exposure: exposure.exactOptional(),
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type WalletAnswer = z.infer<typeof walletAnswer>

/** What became of a request. */
export const outcomeAnswer = z.strictObject({
  wallet: walletId,
  request: hex(32),
  outcome: outcomeState,
  /** The last version that it made. */
  version: z.strictObject({ epoch: z.int(), version: z.int() }).exactOptional(),
  /** Where it was superseded: who had asked, when, and which zone held it. */
  superseded: supersededRequest.exactOptional(),
  /** Whether the version that the wallet has now is final; where this zone has the newest. */
  durability: durabilityState.exactOptional(),
  /** Zones of the placement that did not answer: they may know more. */
  silent: z.array(zoneId),
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type OutcomeAnswer = z.infer<typeof outcomeAnswer>

/** Changes of managed objects that another home left behind. */
export const supersededObjectsAnswer = z.strictObject({
  wallet: walletId,
  /** Of each zone at most 1,000, in the order of their ids. */
  objects: z.array(supersededObject),
  /** Zones of the placement that did not answer: they may know more. */
  silent: z.array(zoneId),
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type SupersededObjectsAnswer = z.infer<typeof supersededObjectsAnswer>

/** What the policy says of a signature, without making it. */
export const dryRunAnswer = z.strictObject({
  wallet: walletId,
  allowed: z.boolean(),
  /** The rule that allows it. */
  rule: z.string().exactOptional(),
  /** Why not; the subject names the rule that denied. */
  refusal: z
    .strictObject({ code: z.string(), detail: z.string(), subject: z.string().exactOptional() })
    .exactOptional(),
  /** The rules that would allow it, if enough persons authorised it. */
  needs: z.array(need),
  decoded: intent,
  policyVersion: z.int(),
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type DryRunAnswer = z.infer<typeof dryRunAnswer>

/** `approval.show`, `approval.approve` and `approval.reject`. */
export const approvalAnswer = z.strictObject({
  approval,
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type ApprovalAnswer = z.infer<typeof approvalAnswer>

export const approvalListAnswer = z.strictObject({
  approvals: z.array(approvalLine),
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type ApprovalListAnswer = z.infer<typeof approvalListAnswer>

/** `wallet.freeze` and `change.cancel`. */
export const markAnswer = z.strictObject({
  wallet: walletId,
  marks,
  exposure,
  /** A majority of the placement has recorded it, so that no change can pass it by. */
  final: z.boolean(),
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type MarkAnswer = z.infer<typeof markAnswer>

/** `wallet.cancel`: there is no such wallet any more. */
export const cancelAnswer = z.strictObject({
  wallet: walletId,
  /** Which zones of the placement have recorded it; `final` once a majority has. */
  durability: durabilityState,
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type CancelAnswer = z.infer<typeof cancelAnswer>

export const walletListAnswer = z.strictObject({
  wallets: z.array(
    z.strictObject({
      id: walletId,
      name: z.string(),
      home: zoneId,
      zones: z.array(zoneId),
      /** None while it is pending. */
      accounts: z.array(z.strictObject({ id: accountId, chain: z.string(), address: z.string() })),
      /** Too few zones hold it yet, for all that this one knows. */
      state: z.literal('pending').exactOptional(),
    }),
  ),
  node: nodeName,
})
export type WalletListAnswer = z.infer<typeof walletListAnswer>

/** One limit of the policy, in the window that is open. */
export const limitState = z.strictObject({
  rule: z.string(),
  limit,
  opensAt: timestamp,
  /** When the next window opens, with all of the limit. */
  endsAt: timestamp,
  /** What each zone may still count; null where it cannot be asked. Zones give to each other. */
  zones: z.array(z.strictObject({ zone: zoneId, left: decimal.nullable() })),
})
export type LimitState = z.infer<typeof limitState>

export const limitsAnswer = z.strictObject({
  limits: z.array(limitState),
  /** `host`: the windows go by the clock of one host, which nobody checks. */
  time: z.enum(['majority', 'host']),
  node: nodeName,
  relayedBy: nodeName.exactOptional(),
})
export type LimitsAnswer = z.infer<typeof limitsAnswer>

export const sessionAnswer = z.strictObject({ expiresAt: timestamp, node: nodeName })
export type SessionAnswer = z.infer<typeof sessionAnswer>

/** OPAQUE's answer to a new password, and what its credential must list besides. */
export const passwordRegisterAnswer = z.strictObject({
  setup: hex(16),
  message: opaqueMessage,
  ticketKey: base64url,
  node: nodeName,
})
export type PasswordRegisterAnswer = z.infer<typeof passwordRegisterAnswer>

export const passwordLoginAnswer = z.strictObject({ message: opaqueMessage, node: nodeName })
export type PasswordLoginAnswer = z.infer<typeof passwordLoginAnswer>

export const passwordFinishAnswer = z.strictObject({
  credential: credentialId,
  publicKey: base64url,
  envelope: base64url,
  /** Requests name it until it expires. */
  ticket: base64url,
  /** Later logins from this device name it. */
  device: base64url,
  expiresAt: timestamp,
  node: nodeName,
})
export type PasswordFinishAnswer = z.infer<typeof passwordFinishAnswer>

export const passwordUnlockAnswer = z.strictObject({ credential: credentialId, node: nodeName })
export type PasswordUnlockAnswer = z.infer<typeof passwordUnlockAnswer>

/** Where KMIP clients find a node: `host:port`, and the URL that takes `POST`. */
export const kmipAddresses = z.strictObject({
  tls: z.string().exactOptional(),
  https: z.string().exactOptional(),
})
export type KmipAddresses = z.infer<typeof kmipAddresses>

/** `GET /v1/trust`: the CA of the node's zone. Worth nothing until its evidence was verified. */
export const zoneTrustAnswer = z.strictObject({
  zone: zoneId,
  boot: bootId,
  /** DER. */
  certificate: base64url,
  /** Ed25519 by the identity key of `boot` over `zoneCaMessage`. */
  signature: base64url,
  kmip: kmipAddresses,
})
export type ZoneTrustAnswer = z.infer<typeof zoneTrustAnswer>

export const nodeStatus = z.strictObject({
  node: nodeName,
  mesh: z.string(),
  manifestSerial: z.int(),
  simulated: z.boolean(),
  /**
   * `waiting_for_zone_key`: until a peer of the zone hands it over. `late`: the store is silent or
   * late, so that this node answers nothing. `replaced`: another node has taken over the store.
   */
  state: z.enum([
    'starting',
    'waiting_for_zone_key',
    'waiting_for_confirmation',
    'ready',
    'late',
    'stopping',
    'replaced',
    'fallen',
  ]),
  /** The nodes that serve this zone's store, this one among them. */
  nodes: z.array(bootId),
  /** Code that governors have listed and that comes into force later: time to look, or to leave. */
  upcoming: z.array(z.strictObject({ measurement: z.string(), notBefore: z.string() })),
  /** The one that evidence names now, and how often the next could not be made since. */
  identity: z.strictObject({ notBefore: z.string(), notAfter: z.string(), failures: z.int() }),
  /** Of the key that this zone's records are sealed under; absent until it is open. */
  zoneKey: z
    .strictObject({
      epoch: z.int(),
      /** Records that the key before has sealed are being sealed again. */
      rotating: z.boolean(),
    })
    .exactOptional(),
  /** On a store of several nodes: how old is what this node knows of it, at most. */
  beatAgeMs: z.int().exactOptional(),
  wallets: z.int(),
  /** Records that other zones have not confirmed yet. */
  outbox: z.int(),
  /** Changes that this zone held and a later home left behind, since the node has booted. */
  superseded: z.int().exactOptional(),
  /** Wallets and objects that were read anew, put back, and found lost or damaged still. */
  scrub: z.strictObject({ checked: z.int(), repaired: z.int(), damaged: z.int() }).exactOptional(),
  signer: z.string(),
  peers: z.array(
    z.strictObject({
      zone: zoneId,
      level: z.int(),
      connected: z.boolean(),
      /** Nodes of the zone whose links are up. */
      nodes: z.array(bootId),
      /** The nearest of them. */
      /** Whether all that it remembers has been fetched since this node booted. */
      compared: z.boolean().exactOptional(),
      boot: bootId.exactOptional(),
      roundTripMs: z.number().exactOptional(),
      lastHeardMs: decimal.exactOptional(),
    }),
  ),
})
export type NodeStatus = z.infer<typeof nodeStatus>
