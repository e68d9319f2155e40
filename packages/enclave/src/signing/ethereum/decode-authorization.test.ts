import { toHex } from '@holdfast/base/bytes'
import * as fc from 'fast-check'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { ethereumAccount, privateKeyOf, refusalOf, signPayload } from '../testing/sign-payload.ts'

const privateKey = privateKeyOf(0x46)
const account = ethereumAccount(privateKey)
const viemAccount = privateKeyToAccount(`0x${toHex(privateKey)}`)

const payloadOf = (chainId: string, nonce: string, address = 'ab'.repeat(20)) =>
  ({ kind: 'ethereum.authorization', chainId, nonce, address }) as const

describe('EIP-7702 authorizations', () => {
  it('signs as viem does and says to whom the account is delegated', async () => {
    const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(toHex)
    const chainId = fc.integer({ min: 1, max: 2 ** 50 })
    await fc.assert(
      fc.asyncProperty(
        chainId,
        fc.integer({ min: 0, max: 2 ** 50 }),
        address,
        async (id, n, to) => {
          const payload = payloadOf(String(id), String(n), to)
          const { signed, intent } = signPayload({ payload, account, privateKey })
          const expected = await viemAccount.signAuthorization({
            chainId: id,
            nonce: n,
            contractAddress: `0x${to}`,
          })
          if (signed.kind !== 'ethereum.authorization') throw new Error('another kind')
          expect(BigInt(`0x${signed.r}`)).toBe(BigInt(expected.r))
          expect(BigInt(`0x${signed.s}`)).toBe(BigInt(expected.s))
          expect(signed.yParity).toBe(expected.yParity)
          expect(intent.effects).toEqual([
            { type: 'delegate', to: expect.stringMatching(RegExp(to, 'i')), network: String(id) },
          ])
        },
      ),
      { numRuns: 50 },
    )
  })

  it('refuses chain id zero, which delegates on every chain', () => {
    expect(refusalOf(payloadOf('0', '0'), account)).toBe('bad_transaction')
  })

  it('refuses integers beyond their fields', () => {
    expect(refusalOf(payloadOf('1', String(2n ** 64n - 1n)), account)).toBe('bad_transaction')
    expect(refusalOf(payloadOf(String(2n ** 256n), '0'), account)).toBe('bad_transaction')
    expect(refusalOf(payloadOf(String(2n ** 256n - 1n), '0'), account)).toBeUndefined()
  })
})
