/** The chain of manifests: each is signed by the governors of the one before (DESIGN §4). */
import { fromHex } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { MeshId } from '@holdfast/base/ids'
import type { Manifest } from '@holdfast/base/manifest'
import { momentMs } from '@holdfast/base/moment'
import {
  type DelayedMeasurement,
  delayedBy,
  governorsSince,
  keepsDelay,
} from './measurement-delay.ts'
import { isQuorum } from './signature.ts'
import type { UntrustedManifest } from './signed-manifest.ts'

/** A manifest that governors signed, in the chain of one mesh. */
export type VerifiedManifest = {
  readonly mesh: MeshId
  /** SHA-256 of its bytes, hexadecimal. */
  readonly hash: string
  readonly manifest: Manifest
  /** Hashes of those before it in the chain: a node names the one that it started under. */
  readonly earlier?: readonly string[]
  /** Those before it, as far as they are known: whom they listed who is listed no longer. */
  readonly history?: readonly Manifest[]
  /** The manifest that made the governors who they are; absent where the genesis did. */
  readonly governorsSince?: string
  /** Code that waits from when a manifest was first seen, by who remembers that. */
  readonly delayed?: readonly DelayedMeasurement[]
}

/** `manifest_expired` once its time is over. */
export const checkManifestInForce = (
  { manifest }: Pick<VerifiedManifest, 'manifest'>,
  nowMs: number,
): Result<void> =>
  nowMs > momentMs(manifest.expiresAt)
    ? refuse('manifest_expired', `it expired at ${manifest.expiresAt}`, 'expiresAt')
    : accept(undefined)

/**
 * The first manifest of a mesh, signed by its own governors; its hash is the mesh's id. Its expiry
 * is not judged here, since later ones may have replaced it. Refusals: `manifest_not_genesis`,
 * `wrong_mesh` (another id than expected), `manifest_signature`.
 */
export const verifyGenesis = (
  untrusted: UntrustedManifest,
  expectedMesh?: MeshId,
): Result<VerifiedManifest> => {
  const { manifest, bytes, hash, signatures } = untrusted
  if (manifest.serial !== 1) {
    return refuse('manifest_not_genesis', `its serial is ${manifest.serial}`, 'serial')
  }
  const mesh = MeshId.of(fromHex(hash))
  if (expectedMesh !== undefined && mesh !== expectedMesh) {
    return refuse('wrong_mesh', 'it is the first manifest of another mesh')
  }
  if (!isQuorum(manifest.governors, bytes, signatures)) {
    return refuse('manifest_signature', 'its own governors did not sign it')
  }
  return accept({ mesh, hash, manifest })
}

/** What no later manifest may change. */
const unchanging = ['kind', 'simulatedRoot', 'simulatedSnpRoot', 'nonce'] as const

const verifyNext = (
  current: VerifiedManifest,
  untrusted: UntrustedManifest,
): Result<VerifiedManifest> => {
  const { manifest, bytes, hash, signatures } = untrusted
  const known = current.manifest
  if (manifest.serial < known.serial) {
    const detail = `serial ${manifest.serial}, while ${known.serial} is known`
    return refuse('manifest_rollback', detail, 'serial')
  }
  if (manifest.serial === known.serial || manifest.previous !== current.hash) {
    return refuse('manifest_chain', 'it does not name the known one as the one before', 'previous')
  }
  const changed = unchanging.find((field) => manifest[field] !== known[field])
  if (changed !== undefined) {
    return refuse('manifest_kind_changed', 'it changes what a mesh keeps for good', changed)
  }
  if (!isQuorum(known.governors, bytes, signatures)) {
    return refuse('manifest_signature', 'the governors of the known one did not sign it')
  }
  if (!keepsDelay(current, manifest, signatures)) {
    const detail = 'new code comes into force too early, and not all governors signed'
    return refuse('manifest_delay', detail, 'measurements')
  }
  const since = governorsSince(current, { manifest, hash })
  return accept({
    mesh: current.mesh,
    hash,
    ...(since === undefined ? {} : { governorsSince: since }),
    manifest,
    earlier: [...(current.earlier ?? []), current.hash],
    history: [...(current.history ?? []), known],
    delayed: delayedBy(current, { manifest, hash }, signatures),
  })
}

/**
 * The manifest after `current`. Refusals: `manifest_rollback` (an older serial), `manifest_chain`
 * (it does not follow), `manifest_kind_changed`, `manifest_signature`, `manifest_delay`,
 * `manifest_expired`.
 */
export const verifySuccessor = (
  current: VerifiedManifest,
  untrusted: UntrustedManifest,
  nowMs: number,
): Result<VerifiedManifest> => {
  const next = verifyNext(current, untrusted)
  if (!next.ok) return next
  const inForce = checkManifestInForce(untrusted, nowMs)
  return inForce.ok ? next : inForce
}

/**
 * The current manifest of a mesh from its whole chain, genesis first: what a client does that
 * knows a mesh id and the least serial it may meet. Only the last must be in force.
 */
export const verifyManifestChain = (options: {
  readonly chain: readonly UntrustedManifest[]
  readonly mesh: MeshId
  readonly minSerial: number
  readonly nowMs: number
}): Result<VerifiedManifest> => {
  const [genesis, ...later] = options.chain
  if (genesis === undefined) return refuse('manifest_malformed', 'the chain is empty')
  let current = verifyGenesis(genesis, options.mesh)
  for (const untrusted of later) {
    if (!current.ok) return current
    current = verifyNext(current.value, untrusted)
  }
  if (!current.ok) return current
  const { serial } = current.value.manifest
  if (serial < options.minSerial) {
    const detail = `serial ${serial}, while at least ${options.minSerial} was issued`
    return refuse('manifest_rollback', detail, 'serial')
  }
  const inForce = checkManifestInForce(current.value, options.nowMs)
  return inForce.ok ? current : inForce
}
