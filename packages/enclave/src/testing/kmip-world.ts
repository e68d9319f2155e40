/** A wallet with known keys, and a KMIP client whose certificate it lists, on one core in tests. */
import type { WalletAnswer } from '@holdfast/base/answers'
import { type Bytes, concat, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { toCbor } from '@holdfast/base/cbor'
import { credentialIdInput } from '@holdfast/base/credential-id'
import { sealHpke } from '@holdfast/base/hpke'
import { CredentialId, PersonId } from '@holdfast/base/ids'
import type { Rule } from '@holdfast/base/policy'
import type { ImportFormat, KeyRequest } from '@holdfast/base/requests/wallet-create'
import type { AccountRequest, Wallet } from '@holdfast/base/wallet'
import {
  decodeTtlv,
  encodeTtlv,
  type OperationName,
  type RequestHeader,
  type RequestItem,
  type RequestPayload,
  type ResponseItem,
  type ResponsePayload,
  readResponse,
  type Version,
  writeRequest,
} from '@holdfast/kmip'
import { createEntropy } from '../crypto/entropy.ts'
import type { NodeIdentity } from '../identity/node-identity.ts'
import { catchUpIntervalMs } from '../limits.ts'
import { must } from './core-world.ts'
import { createRequest, ownerPolicy, send, testKey } from './test-client.ts'
import type { TestMesh } from './test-mesh.ts'

export type KmipAnswer<Name extends OperationName> =
  | { readonly ok: true; readonly payload: ResponsePayload<Name> }
  | { readonly ok: false; readonly reason: string }

/** The reason where the version has no words for the request; nothing was asked. */
export const unsayable = 'unsayable'

export type KmipWorld = {
  readonly wallet: Wallet
  /** One operation; the answer's bytes go into `answers`. */
  ask<Name extends OperationName>(
    version: Version,
    operation: Name,
    payload: RequestPayload<Name>,
  ): Promise<KmipAnswer<Name>>
  /** One operation as the header says, at a zone: the whole answer to it. */
  item(
    request: RequestItem,
    options: { readonly header?: RequestHeader; readonly zone?: string },
  ): Promise<ResponseItem>
  readonly answers: readonly Bytes[]
}

/** Lets the certificate speak KMIP, and sign what rules of transactions allow by default. */
export const kmipRules: readonly Rule[] = [
  {
    id: 'kmip',
    effect: 'allow',
    operations: ['kmip'],
    kinds: ['tls-certificate'],
    proof: 'session',
  },
  {
    id: 'machine',
    effect: 'allow',
    operations: ['sign'],
    kinds: ['tls-certificate'],
    proof: 'session',
    when: { maxAmount: '1000000000' },
  },
]

export const rawRule: Rule = {
  id: 'raw',
  effect: 'allow',
  operations: ['sign'],
  kinds: ['tls-certificate'],
  proof: 'session',
  when: { kinds: ['raw'], effects: ['unknown'] },
}

/** A key that the client seals to the home's enclave, or to the one given. */
export const importedKey = (
  mesh: TestMesh,
  options: {
    readonly name: string
    readonly kind: KeyRequest['kind']
    readonly format: ImportFormat
    readonly secret: Bytes
    readonly accounts: readonly AccountRequest[]
    readonly to?: Pick<NodeIdentity, 'boot' | 'sealingPublicKey'>
  },
): KeyRequest => {
  const { boot, sealingPublicKey } = options.to ?? mesh.node('eu-west').identity
  const sealed = sealHpke({
    primitives: mesh.crypto,
    recipientPublicKey: sealingPublicKey,
    ephemeralPrivateKey: createEntropy().bytes(32),
    info: utf8(`holdfast import v1\0${mesh.mesh}`),
    plaintext: toCbor({ secret: options.secret }),
  })
  if (!sealed.ok) throw new Error(sealed.refusal.detail)
  const { encapsulation, ciphertext } = sealed.value
  return {
    name: options.name,
    kind: options.kind,
    source: {
      type: 'import',
      format: options.format,
      sealed: {
        boot,
        sealingKey: toBase64Url(sealingPublicKey),
        encapsulation: toBase64Url(encapsulation),
        ciphertext: toBase64Url(ciphertext),
      },
    },
    accounts: [...options.accounts],
  }
}

export const createKmipWorld = async (
  mesh: TestMesh,
  options: { readonly rules: readonly Rule[]; readonly keys: readonly KeyRequest[] },
): Promise<KmipWorld> => {
  const { core } = mesh.node('eu-west')
  const owner = testKey(mesh, 'alice')
  const spki = createEntropy().bytes(91)
  const named = { kind: 'tls-certificate', keyHash: toHex(mesh.crypto.sha256(spki)) } as const
  const id = CredentialId.of(mesh.crypto.sha256(credentialIdInput(named)).subarray(0, 16))
  const ownRules = ownerPolicy.rules.map((rule) => ({ ...rule, persons: [PersonId('alice')] }))
  const request = createRequest(mesh, [owner], {
    persons: [
      { id: PersonId('alice'), owner: true },
      { id: PersonId('payments'), owner: false },
    ],
    credentials: [owner.credential, { ...named, id, person: PersonId('payments') }],
    policy: { ...ownerPolicy, rules: [...ownRules, ...options.rules] },
    keys: [...options.keys],
  })
  const bytes = utf8(JSON.stringify(request))
  const create = () => send<WalletAnswer>(core, bytes, 'enrol', [owner])
  let created = await create()
  // The other zone may not have heard yet what it could have forgotten.
  for (let tries = 0; !created.ok && created.code === 'pending' && tries < 20; tries += 1) {
    mesh.advance(catchUpIntervalMs)
    for (const zone of mesh.disks.keys()) await mesh.node(zone).core.tick()
    created = await create()
  }
  const { wallet } = must(created)
  const holder = await core.kmipCaller(spki)
  if (!holder.ok) throw new Error(holder.refusal.detail)
  const answers: Bytes[] = []
  return {
    wallet,
    answers,
    item: async (request, { header = {}, zone = 'eu-west' }) => {
      const tree = writeRequest({ version: '2.1', header, items: [request] })
      if (!tree.ok) throw new Error(tree.refusal.detail)
      const at = mesh.node(zone).core
      const answer = await at.kmip(holder.value, encodeTtlv(tree.value), 'ttlv')
      const response = answer.ok ? decodeTtlv(answer.value) : answer
      const read = response.ok ? readResponse(response.value) : response
      if (!read.ok) throw new Error(read.refusal.detail)
      const [item] = read.value.items
      if (item === undefined) throw new Error('no answer')
      return item
    },
    ask: async (version, operation, payload) => {
      const item = { operation, payload } as unknown as RequestItem
      const tree = writeRequest({ version, header: {}, items: [item] })
      if (!tree.ok) return { ok: false, reason: unsayable }
      const answer = await core.kmip(holder.value, encodeTtlv(tree.value), 'ttlv')
      if (!answer.ok) throw new Error(answer.refusal.detail)
      answers.push(concat(answer.value))
      const response = decodeTtlv(answer.value)
      const read = response.ok ? readResponse(response.value) : response
      if (!read.ok) throw new Error(read.refusal.detail)
      const [done] = read.value.items
      if (done?.status === 'Success') {
        return { ok: true, payload: done.payload as ResponsePayload<typeof operation> }
      }
      return {
        ok: false,
        reason: done?.status === 'OperationFailed' ? String(done.reason) : 'none',
      }
    },
  }
}
