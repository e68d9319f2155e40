import { utf8 } from '@holdfast/base/bytes'
import type { SignPayload } from '@holdfast/base/requests/sign'
import type { WalletKey } from '@holdfast/base/wallet'
import { serializeTransaction } from 'viem'
import { describe, expect, it } from 'vitest'
import type { SigningTask } from './chain-signer.ts'
import { checkDigests } from './check-digests.ts'
import { decodeOrThrow, ethereumAccount, privateKeyOf, testCrypto } from './testing/sign-payload.ts'

const account = ethereumAccount(privateKeyOf(0x46))
const key = {} as WalletKey
const transaction = (value: bigint): SignPayload => ({
  kind: 'ethereum.transaction',
  transaction: serializeTransaction({
    type: 'eip1559',
    chainId: 1,
    to: '0x00000000000000000000000000000000000000aa',
    value,
    gas: 21_000n,
  }).slice(2),
})
const message = (text: string): SignPayload => ({ kind: 'ethereum.message', message: text })
const bytesOf = (payload: SignPayload, operation = 'sign') =>
  utf8(JSON.stringify({ operation, payload }))
const check = (bytes: Uint8Array, tasks: readonly SigningTask[]) => () =>
  checkDigests({ bytes, signer: { key, account }, tasks, crypto: testCrypto })

const pairs: readonly (readonly [string, SignPayload, SignPayload])[] = [
  ['a transaction, hashed as it is', transaction(1n), transaction(2n)],
  ['a message, decoded again', message('00'), message('01')],
]

describe.each(pairs)('the second computation of %s', (_name, payload, other) => {
  const { tasks } = decodeOrThrow(payload, account)

  it('passes what the bytes say', () => {
    expect(check(bytesOf(payload), tasks)).not.toThrow()
  })

  it('stops the node where the bytes say something else', () => {
    expect(check(bytesOf(other), tasks)).toThrow('computed again')
    expect(check(bytesOf(payload, 'wallet.show'), tasks)).toThrow('that was judged')
  })

  it('stops the node where one bit of a digest is another, or a task is missing', () => {
    const [task] = tasks
    const data = Uint8Array.from(task!.data, (byte, index) => (index === 31 ? byte ^ 1 : byte))
    expect(check(bytesOf(payload), [{ ...task!, data }])).toThrow('computed again')
    expect(check(bytesOf(payload), [])).toThrow('computed again')
    expect(check(bytesOf(payload), [task!, task!])).toThrow('computed again')
  })
})
