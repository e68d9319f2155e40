/** Requests on one wallet, as tests of whole cores send them. */
import type { WalletAnswer } from '@holdfast/base/answers'
import type { Wallet } from '@holdfast/base/wallet'
import { must } from './core-world.ts'
import { createRequest, expiresAt, send, type TestAnswer, type TestKey } from './test-client.ts'
import type { TestMesh } from './test-mesh.ts'

type Named = Pick<Wallet, 'id'>

/** An operation that only needs to know which wallet. */
export const walletRequest = (
  mesh: TestMesh,
  { id }: Named,
  operation: string,
  rest: object = {},
): object => ({ operation, mesh: mesh.mesh, expiresAt: expiresAt(mesh), wallet: id, ...rest })

/** An operation that makes the version after the one given. */
export const changeRequest = (
  mesh: TestMesh,
  { id, epoch, version }: Wallet,
  operation: string,
  rest: object = {},
): object => walletRequest(mesh, { id }, operation, { base: { epoch, version }, ...rest })

/** The keys' new wallet; a refusal fails the test. */
export const enrolWallet = async (
  mesh: TestMesh,
  keys: readonly TestKey[],
  overrides: Parameters<typeof createRequest>[2] = {},
  at = 'eu-west',
): Promise<WalletAnswer> =>
  must(await send(mesh.node(at).core, createRequest(mesh, keys, overrides), 'enrol', keys))

type Owned = { readonly mesh: TestMesh; readonly alice: TestKey; readonly wallet: Named }

/** The wallet as a zone shows it to alice; a refusal fails the test. */
export const show = async ({ mesh, alice, wallet }: Owned, zone: string): Promise<Wallet> => {
  const request = walletRequest(mesh, wallet, 'wallet.show')
  return must(await send<WalletAnswer>(mesh.node(zone).core, request, 'read', [alice])).wallet
}

/** Alice adds a Bitcoin account to the version given: any change of a wallet. */
export const addAccount = (
  { mesh, alice }: Omit<Owned, 'wallet'>,
  zone: string,
  wallet: Wallet,
  script: string,
): Promise<TestAnswer<WalletAnswer>> => {
  const accounts = [{ chain: 'bitcoin', script, network: 'mainnet' }]
  const request = changeRequest(mesh, wallet, 'account.add', { key: wallet.keys[0]?.id, accounts })
  return send(mesh.node(zone).core, request, 'change', [alice])
}
