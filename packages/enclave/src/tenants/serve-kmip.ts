/** The KMIP server of a node: its two classes of object, and who may ask. */
import type { CoreContext } from '../context.ts'
import { createKmipServer, type KmipServer } from '../kmip/create-kmip-server.ts'
import { createReplicatedObjects } from '../objects/replicated-objects.ts'
import type { GeneralCrypto } from '../ports/general-crypto.ts'
import { checkHolder } from './kmip-caller.ts'
import { createWalletKeys } from './wallet-keys.ts'

export const serveKmip = (context: CoreContext, general: GeneralCrypto): KmipServer =>
  createKmipServer({
    objects: createReplicatedObjects(context),
    general,
    chains: context.crypto,
    entropy: context.entropy,
    clock: context.clock,
    judge: (caller) => checkHolder(context, caller),
    walletKeys: createWalletKeys(context),
  })
