/** A client in tests: builds request bytes, proves them with API keys, reads the answers. */
import type { Authorisation, Purpose } from '@holdfast/base/authorisation'
import { challengeInput } from '@holdfast/base/authorisation'
import { type Bytes, fromUtf8, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import type { ErrorCode } from '@holdfast/base/errors'
import { CredentialId, PersonId, ZoneId } from '@holdfast/base/ids'
import { resolvePlacement } from '@holdfast/base/placement-resolve'
import type { Policy } from '@holdfast/base/policy'
import type { WalletCreate } from '@holdfast/base/requests/wallet-create'
import type { Credential } from '@holdfast/base/wallet'
import type { Core } from '../core/core-interface.ts'
import { createEntropy } from '../crypto/entropy.ts'
import type { TestMesh } from './test-mesh.ts'

export type TestKey = {
  readonly credential: Credential
  authorise(purpose: Purpose, request: Bytes): Authorisation
}

/** Keys are made from a name: test keys, worth nothing. */
export const testKey = (
  { crypto }: TestMesh,
  person: string,
  algorithm: 'ed25519' | 'p256' = 'ed25519',
): TestKey => {
  const privateKey = crypto.sha256(utf8(`test key of ${person} ${algorithm}`))
  const publicKey = crypto[algorithm].publicKey(privateKey)
  const id = CredentialId.of(
    crypto.sha256(utf8(`api-key\0${algorithm}\0`), publicKey).subarray(0, 16),
  )
  return {
    credential: {
      id,
      person: PersonId(person),
      kind: 'api-key',
      algorithm,
      publicKey: toBase64Url(publicKey),
    },
    authorise: (purpose, request) => ({
      credential: id,
      purpose,
      signature: toBase64Url(
        crypto[algorithm].sign({
          message: crypto.sha256(challengeInput(purpose, request)),
          privateKey,
        }),
      ),
    }),
  }
}

export const ownerPolicy: Policy = {
  format: 'holdfast policy v1',
  rules: [{ id: 'owner', effect: 'allow', operations: ['*'] }],
}

export const expiresAt = (mesh: TestMesh, ms = 300_000): string =>
  new Date(mesh.nowMs() + ms).toISOString()

type Overrides = Omit<Partial<WalletCreate>, 'placement'> & {
  readonly placement?: Pick<WalletCreate['placement'], 'constraints'>
}

/** A request that creates a wallet of one generated key, with what a test wants otherwise. */
export const createRequest = (
  mesh: TestMesh,
  keys: readonly TestKey[],
  overrides: Overrides = {},
): WalletCreate => {
  const home = overrides.home ?? ZoneId('eu-west')
  const placed = resolvePlacement({
    constraints: overrides.placement?.constraints ?? {},
    home,
    zones: mesh.manifest.manifest.zones,
  })
  if (!placed.ok) throw new Error(placed.refusal.detail)
  return {
    operation: 'wallet.create',
    mesh: mesh.mesh,
    expiresAt: expiresAt(mesh),
    nonce: toHex(createEntropy().bytes(16)),
    cell: 0,
    home,
    name: 'Test wallet',
    persons: keys.map(({ credential }) => ({ id: credential.person, owner: true })),
    credentials: keys.map(({ credential }) => credential),
    policy: ownerPolicy,
    keys: [
      {
        name: 'main',
        kind: 'secp256k1',
        source: { type: 'generate' },
        accounts: [{ chain: 'ethereum' }],
      },
    ],
    ...overrides,
    placement: placed.value,
  }
}

export type TestAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: ErrorCode; readonly subject: string | undefined }

/** Sends request bytes with the keys' proofs, as plain JSON. */
export const send = async <Value>(
  core: Core,
  request: object | Bytes,
  purpose: Purpose,
  keys: readonly TestKey[],
): Promise<TestAnswer<Value>> => {
  const bytes = request instanceof Uint8Array ? request : utf8(JSON.stringify(request))
  const answer = await core.handle(
    utf8(
      JSON.stringify({
        request: toBase64Url(bytes),
        authorisations: keys.map((key) => key.authorise(purpose, bytes)),
      }),
    ),
  )
  if (answer.ok) return { ok: true, value: JSON.parse(fromUtf8(answer.value)) as Value }
  return { ok: false, code: answer.refusal.code, subject: answer.refusal.subject }
}
