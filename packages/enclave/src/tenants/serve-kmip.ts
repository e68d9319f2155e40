/** The KMIP server of a node: its two classes of object, and who may ask. */
import type { CoreContext } from '../core/context.ts'
import { createKmipServer, type KmipServer } from '../kmip/create-kmip-server.ts'
import { defaultFacts, type KmipServerFacts } from '../kmip/server-facts.ts'
import { createReplicatedObjects } from '../objects/replicated-objects.ts'
import type { GeneralCrypto } from '../ports/general-crypto.ts'
import { checkHolder } from './kmip-caller.ts'
import { createOwnerGuesses } from './owner-guesses.ts'
import { createWalletKeys } from './wallet-keys.ts'

type Options = {
  readonly general: GeneralCrypto
  /** What the operator sets. */
  readonly kmip?: Partial<KmipServerFacts>
}

export const serveKmip = (context: CoreContext, { general, kmip }: Options): KmipServer => {
  const facts = { ...defaultFacts, ...kmip }
  return createKmipServer({
    objects: createReplicatedObjects(context),
    general,
    chains: context.crypto,
    entropy: context.entropy,
    clock: context.clock,
    facts,
    judge: async (caller) => {
      const current = context.zoneView.check()
      return current.ok ? checkHolder(context, caller) : current
    },
    guesses: createOwnerGuesses(context),
    walletKeys: createWalletKeys(context, { waitMs: facts.waitSeconds * 1000 }),
  })
}
