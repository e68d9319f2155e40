/** Keys as objects of a wallet: made or imported, described for the document, kept as records. */
import { type Bytes, equalBytes, toHex } from '@holdfast/base/bytes'
import { accept, attempt, fail, type Result, refuse } from '@holdfast/base/errors'
import { openHpke } from '@holdfast/base/hpke'
import { AccountId, ObjectId, type WalletId } from '@holdfast/base/ids'
import { importInfo } from '@holdfast/base/import-info'
import type { KeyRequest } from '@holdfast/base/requests/wallet-create'
import { bytes, bytesOf, hex, objectId, walletId } from '@holdfast/base/schema'
import { encodeSecretMap, parseSecretMap } from '@holdfast/base/secret-map'
import type { Account, AccountRequest, WalletKey } from '@holdfast/base/wallet'
import { z } from 'zod'
import type { CoreContext } from '../core/context.ts'
import { sealedToKey } from '../identity/own-identities.ts'
import { accountPublic, keyPublic } from '../keys/derive/account-public.ts'
import { decodeKeyMaterial, encodeKeyMaterial } from '../keys/encode.ts'
import { generateKey } from '../keys/generate.ts'
import { importKey } from '../keys/import/import-key.ts'
import type { KeyMaterial } from '../keys/key-material.ts'
import { objectName } from '../records/names.ts'
import { addressOf } from '../signing/addresses.ts'

type KeyContext = Pick<
  CoreContext,
  'crypto' | 'entropy' | 'identities' | 'self' | 'mesh' | 'records'
>

export type MadeKey = {
  readonly key: WalletKey
  readonly accounts: readonly Account[]
  /** The object record's plaintext; the caller clears it once it is stored and sent. */
  readonly payload: Bytes
}

const objectRecord = z.strictObject({
  format: z.literal('holdfast object v1'),
  object: objectId,
  wallet: walletId,
  /** Random, so that the record's hash says nothing of the key. */
  salt: hex(16),
  material: bytes,
})

const importPlaintext = z.strictObject({ secret: bytes, passphrase: bytes.exactOptional() })

const unseal = (context: KeyContext, request: KeyRequest): Result<KeyMaterial> => {
  const { source, kind } = request
  if (source.type === 'generate') {
    const words = source.words === undefined ? {} : { words: source.words }
    return accept(generateKey({ kind, ...words }, context))
  }
  if (source.sealed.boot !== context.self.boot) {
    return refuse('bad_seal', 'the key is sealed to another enclave', source.sealed.boot)
  }
  const recipient = bytesOf(source.sealed.sealingKey, 'base64url')
  const meant = sealedToKey(context.identities, ({ sealingPublicKey }) =>
    equalBytes(sealingPublicKey, recipient),
  )
  if (!meant.ok) return meant
  const opened = meant.value.sealing.use((privateKey) =>
    openHpke({
      primitives: context.crypto,
      recipientPrivateKey: privateKey,
      sealed: {
        encapsulation: bytesOf(source.sealed.encapsulation, 'base64url'),
        ciphertext: bytesOf(source.sealed.ciphertext, 'base64url'),
      },
      info: importInfo(context.mesh),
    }),
  )
  if (!opened.ok) return opened
  const plaintext = parseSecretMap(importPlaintext, opened.value)
  using secret = context.crypto.secretFrom(plaintext.secret)
  using passphrase =
    plaintext.passphrase === undefined ? undefined : context.crypto.secretFrom(plaintext.passphrase)
  opened.value.fill(0)
  return importKey(
    { kind, format: source.format, secret, ...(passphrase === undefined ? {} : { passphrase }) },
    context,
  )
}

/** The account that a request asks for under a key. Refusals: `wrong_curve`, `invalid_field`. */
export const describeAccount = (
  context: Pick<CoreContext, 'crypto' | 'entropy'>,
  key: ObjectId,
  material: KeyMaterial,
  request: AccountRequest,
): Account => {
  const described = accountPublic(material, request, context)
  const { chain, path, script, network, publicKey, chainCode, addressKey } = described
  return {
    id: AccountId.of(context.entropy.bytes(16)),
    key,
    chain,
    ...(path === undefined ? {} : { path }),
    ...(script === undefined ? {} : { script }),
    ...(network === undefined ? {} : { network }),
    address: addressOf({ ...described, publicKey: addressKey, crypto: context.crypto }),
    publicKey: toHex(publicKey),
    ...(chainCode === undefined ? {} : { chainCode: toHex(chainCode) }),
  }
}

/** Makes or imports one key of a new wallet; nothing is stored yet. */
export const makeKey = (
  context: KeyContext,
  wallet: WalletId,
  request: KeyRequest,
): Result<MadeKey> =>
  attempt(() => {
    const made = unseal(context, request)
    if (!made.ok) return fail(made.refusal.code, made.refusal.detail, made.refusal.subject)
    using material = made.value
    const id = ObjectId.of(context.entropy.bytes(16))
    using encoded = encodeKeyMaterial(material, context.crypto)
    const publicKey = keyPublic(material, context)
    return {
      key: {
        id,
        name: request.name,
        kind: material.kind,
        provenance: material.provenance,
        ...(publicKey === undefined ? {} : { publicKey: toHex(publicKey) }),
      },
      accounts: request.accounts.map((one) => describeAccount(context, id, material, one)),
      payload: encoded.use((secret) =>
        encodeSecretMap({
          format: 'holdfast object v1',
          object: id,
          wallet,
          salt: toHex(context.entropy.bytes(16)),
          material: secret,
        }),
      ),
    }
  })

/** Opens a key's material from its record into locked memory. The caller disposes of it. */
export const openKey = async (
  context: Pick<CoreContext, 'records' | 'crypto'>,
  wallet: WalletId,
  id: ObjectId,
): Promise<KeyMaterial> => {
  const record = await context.records.read(objectName(id))
  if (record === undefined) return fail('store_failed', 'an object of a wallet is missing', id)
  try {
    const object = parseSecretMap(objectRecord, record.payload)
    if (object.wallet !== wallet || object.object !== id) {
      return fail('store_failed', 'an object is not of this wallet', id)
    }
    const material = decodeKeyMaterial(object.material, context.crypto)
    object.material.fill(0)
    return material
  } finally {
    record.payload.fill(0)
  }
}
