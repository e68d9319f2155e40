import { PersonId } from '@holdfast/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { accountOf, createEthereum, refusalOf, transfer } from '../support/wallets.ts'

let mesh: TestMesh
beforeAll(async () => {
  mesh = await startMesh()
}, 120_000)
afterAll(() => mesh?.stop())

const person = PersonId('owner')

describe('a client that logs in by a password', () => {
  it('signs by it, and is refused a wrong one and an unknown person alike', async () => {
    const owner = await mesh.connect()
    const wallet = await createEthereum(owner)
    const of = { wallet: wallet.id, person, password: 'correct horse battery staple' }
    await owner.addPassword({ ...of, name: 'Password' })
    const anyone = await mesh.connect({ credentials: [] })
    expect(await refusalOf(anyone.login({ ...of, password: 'wrong' }))).toBe('wrong_password')
    const nobody = { ...of, person: PersonId('nobody') }
    expect(await refusalOf(anyone.login(nobody))).toBe('wrong_password')
    using password = await anyone.login(of)
    const client = await mesh.connect({ credentials: [password] })
    const account = accountOf(wallet, 'ethereum')
    const answer = await client.sign({ wallet: wallet.id, account: account.id }, transfer())
    expect(answer.receipt.persons).toEqual([person])
    using again = await anyone.login({ ...of, device: password.device })
    expect(again.id).toBe(password.id)
  }, 60_000)
})
