import { checkCalls } from '@holdfast/base/policies/check-calls'
import type { Policy } from '@holdfast/base/policy'
import { expect, it } from 'vitest'
import { createCrypto } from '../crypto/create-crypto.ts'
import { createEntropy } from '../crypto/entropy.ts'
import { methodHashing } from './method-hashing.ts'

it('the enclave checks selectors by the chain’s hash, and by methods that it knows', async () => {
  using crypto = await createCrypto({ entropy: createEntropy() })
  const why = (method: string, selector: string): string => {
    const rule = { id: 'a', effect: 'allow', operations: ['sign'] } as const
    const policy = {
      format: 'holdfast policy v1',
      rules: [{ ...rule, when: { calls: [{ method, selector }] } }],
    } as unknown as Policy
    const checked = checkCalls(policy, methodHashing(crypto))
    return checked.ok ? 'ok' : checked.refusal.detail
  }
  expect(why('transfer(address to,uint256 value)', 'a9059cbb')).toBe('ok')
  expect(why('transfer(address to,uint256 value)', 'a9059cbc')).toMatch(/not that of its method/)
  expect(why('many_msg_babbage(bytes1 a)', 'a9059cbb')).toBe('two methods have one selector')
})
