/**
 * The keys of a zone, by epoch: what is written is sealed under the current one; what an earlier
 * one sealed is opened by it until all of that is sealed again (DESIGN §4).
 */
import { toHex, utf8 } from '@holdfast/base/bytes'
import type { MeshId, ZoneId } from '@holdfast/base/ids'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../ports/crypto.ts'

export type ZoneKey = { readonly epoch: number; readonly secret: Secret }

export type ZoneKeys = {
  current(): ZoneKey
  /** The key of an epoch, while this node still holds it. */
  of(epoch: number): ZoneKey | undefined
}

/** A zone that has had one key alone. */
export const oneZoneKey = (zoneKey: ZoneKey): ZoneKeys => ({
  current: () => zoneKey,
  of: (epoch) => (epoch === zoneKey.epoch ? zoneKey : undefined),
})

/**
 * What other zones remember of a key: 32 bytes derived from it, in hexadecimal, which tell nothing
 * of it and are of no other mesh, zone or epoch.
 */
export const zoneKeyId = (
  crypto: Crypto,
  of: { readonly mesh: MeshId; readonly zone: ZoneId; readonly zoneKey: ZoneKey },
): string => {
  const { epoch, secret } = of.zoneKey
  const id = secret.use((key) =>
    crypto.hkdfSha256({
      key,
      salt: utf8('holdfast zone key id v1'),
      info: utf8(`${of.mesh}\0${of.zone}\0${epoch}`),
      length: 32,
    }),
  )
  return toHex(id)
}
