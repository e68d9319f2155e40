/** How long a revoked credential goes on signing at the other zones of a mesh of processes. */
import {
  type Client,
  credentialOf,
  generateApiKey,
  PersonId,
  RefusalError,
  type Wallet,
} from '@holdfast/sdk'
import { startMesh } from '../../tests/support/mesh.ts'
import { accountOf, createEthereum, transfer } from '../../tests/support/wallets.ts'

const rounds = 10
const zones = ['us-east', 'ap-south'] as const
const owner = PersonId('owner')

/** Signs again and again, until it is refused; when the last signature was given. */
const lastSignature = async (client: Client, wallet: Wallet): Promise<number> => {
  const account = accountOf(wallet, 'ethereum').id
  let last = 0
  for (let nonce = 0n; ; nonce += 1n) {
    try {
      await client.sign({ wallet: wallet.id, account }, transfer(nonce))
      last = performance.now()
    } catch (error) {
      if (error instanceof RefusalError && error.refusal.code === 'unauthenticated') return last
      throw error
    }
  }
}

export type Revocation = {
  /** From asking to the answer that it is in force. */
  readonly answerMs: number
  /** After that answer, to the last signature at any other zone; 0 where there was none. */
  readonly afterMs: number
  /** From asking to the last signature at any other zone. */
  readonly lastMs: number
  readonly open: number
}

const revokeOnce = async (
  mesh: Awaited<ReturnType<typeof startMesh>>,
  home: Client,
  made: Wallet,
): Promise<Revocation> => {
  using key = generateApiKey()
  const added = { wallet: made.id, credentials: [credentialOf(key, owner)], enrol: [key] }
  const { wallet } = await home.addCredentials(added)
  const clients = await Promise.all(
    zones.map((zone) => mesh.connect({ nodes: [mesh.node(zone).url], credentials: [key] })),
  )
  const account = accountOf(wallet, 'ethereum').id
  for (const client of clients) await client.sign({ wallet: wallet.id, account }, transfer())
  const signing = clients.map((client) => lastSignature(client, wallet))
  const askedAt = performance.now()
  const { exposure } = await home.removeCredential({ wallet: wallet.id, credential: key.id })
  const answeredAt = performance.now()
  const ends = await Promise.all(signing)
  for (const client of clients) client.close()
  return {
    answerMs: answeredAt - askedAt,
    afterMs: Math.max(0, ...ends.map((end) => end - answeredAt)),
    lastMs: Math.max(...ends) - askedAt,
    open: exposure?.open.length ?? zones.length + 1,
  }
}

/** All zones are there and reach each other; SQLite stores. */
export const measureRevocations = async (): Promise<readonly Revocation[]> => {
  await using mesh = await startMesh()
  const home = await mesh.connect({ nodes: [mesh.node('eu-west').url] })
  const wallet = await createEthereum(home)
  const seen: Revocation[] = []
  for (let round = 0; round < rounds; round += 1) seen.push(await revokeOnce(mesh, home, wallet))
  return seen
}
