import { registerPasskey } from '@holdfast/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { softwareAuthenticator } from '../support/software-authenticator.ts'
import { accountOf, createEthereum, refusalOf, transfer } from '../support/wallets.ts'

let mesh: TestMesh
beforeAll(async () => {
  mesh = await startMesh()
}, 120_000)
afterAll(() => mesh?.stop())

const register = (authenticators = softwareAuthenticator()) =>
  registerPasskey({
    userName: 'alice',
    rpId: 'wallet.example',
    origins: ['https://wallet.example'],
    authenticators,
  })

describe('a client whose only credential is a passkey', () => {
  it.each(['p256', 'ed25519', 'rs256'] as const)(
    'makes a wallet and signs by %s',
    async (algorithm) => {
      const passkey = await register(softwareAuthenticator({ algorithm }))
      expect(passkey.key.algorithm).toBe(algorithm)
      const client = await mesh.connect({ credentials: [passkey] })
      const wallet = await createEthereum(client)
      expect(wallet.credentials).toMatchObject([{ kind: 'passkey', rpId: 'wallet.example' }])
      const account = accountOf(wallet, 'ethereum')
      const answer = await client.sign({ wallet: wallet.id, account: account.id }, transfer())
      expect(answer.receipt.persons).toEqual(['owner'])
    },
  )

  it('signs by the node of another zone too', async () => {
    const passkey = await register()
    const first = await mesh.connect({ credentials: [passkey] })
    const wallet = await createEthereum(first)
    const account = accountOf(wallet, 'ethereum')
    const other = await mesh.connect({
      credentials: [passkey],
      nodes: [mesh.node('ap-south').url],
    })
    const answer = await other.sign({ wallet: wallet.id, account: account.id }, transfer())
    expect(answer.receipt.node.zone).toBe('ap-south')
  })

  it('is refused a registration by an authenticator that does not verify its person', async () => {
    const blind = softwareAuthenticator({ verifies: false })
    expect(await refusalOf(register(blind))).toBe('passkey_not_verified')
  })
})
