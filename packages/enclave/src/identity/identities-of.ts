/** The identities of a core, from its ports. */
import type { CoreOptions } from '../core/build-context.ts'
import { createIdentity } from './node-identity.ts'
import { createOwnIdentities, type OwnIdentities } from './own-identities.ts'

export const identitiesOf = (options: CoreOptions): OwnIdentities => {
  const { crypto, entropy, clock, evidence, identity, quote, self } = options
  return createOwnIdentities({
    crypto,
    clock,
    evidence,
    first: { identity, quote },
    make: ({ notBeforeMs, notAfterMs }) => {
      const { mesh, hash } = options.manifest
      return createIdentity({
        crypto,
        entropy,
        mesh,
        manifest: hash,
        zone: self.zone,
        boot: self.boot,
        nowMs: clock.nowMs(),
        lifetimeMs: notAfterMs - notBeforeMs,
      })
    },
    show: async (next) => options.show?.(next),
  })
}
