/** The keys of the caller's wallet among the objects that one request sees. */
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import type { ManagedObject, Version } from '@holdfast/kmip'
import type { GeneralCrypto } from '../../ports/general-crypto.ts'
import { failWith } from '../failure.ts'
import type { KmipObject } from '../workspace.ts'
import {
  type Half,
  halfOf,
  publicIdentifier,
  publicKeyObject,
  walletKeyAttributes,
} from './describe.ts'
import type { WalletKeyFacts, WalletKeys } from './wallet-keys.ts'

type Options = {
  readonly version: Version
  readonly wallet: WalletId
  readonly walletKeys: WalletKeys | undefined
  readonly crypto: GeneralCrypto
}

export class WalletKeyObjects {
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  async find(identifier: string, id: () => ObjectId): Promise<KmipObject | undefined> {
    const { walletKeys, wallet } = this.#options
    const { key, half } = halfOf(identifier)
    const facts = await walletKeys?.find(wallet, key)
    return facts && this.#objectOf(facts, half, id())
  }

  async list(idOf: (identifier: string) => ObjectId): Promise<readonly KmipObject[]> {
    const { walletKeys, wallet } = this.#options
    const keys = (await walletKeys?.list(wallet)) ?? []
    return keys.flatMap((key) => [
      this.#objectOf(key, 'PublicKey', idOf(publicIdentifier(key))),
      this.#objectOf(key, 'PrivateKey', idOf(key.identifier)),
    ])
  }

  /** The public half; there is no private one here to give. */
  payload({ identifier, walletKey }: KmipObject): ManagedObject {
    if (walletKey === undefined || halfOf(identifier).half === 'PrivateKey') {
      return failWith('NotExtractable', 'the secret of a wallet key stays inside')
    }
    return publicKeyObject(walletKey, this.#options.version, this.#options.crypto)
  }

  #objectOf(walletKey: WalletKeyFacts, half: Half, id: ObjectId): KmipObject {
    return {
      id,
      identifier: half === 'PrivateKey' ? walletKey.identifier : publicIdentifier(walletKey),
      attributes: walletKeyAttributes(walletKey, half, this.#options.version),
      destroyed: false,
      owner: undefined,
      walletKey,
    }
  }
}
