/** What tests of whole cores share: transactions, requests, answers. */

import type { Wallet } from '@holdfast/base/wallet'
import { serializeTransaction } from 'viem'
import { expiresAt, type TestAnswer } from './test-client.ts'
import type { TestMesh } from './test-mesh.ts'

export const recipient = '0x00000000000000000000000000000000000000aa'

/** An EIP-1559 transfer of 1000 wei on anvil's chain, unsigned, hexadecimal. */
export const unsignedTransfer = (nonce = 0): string =>
  serializeTransaction({
    type: 'eip1559',
    chainId: 31337,
    nonce,
    to: recipient,
    value: 1000n,
    gas: 21000n,
    maxFeePerGas: 10n,
    maxPriorityFeePerGas: 1n,
  }).slice(2)

export const signRequest = (mesh: TestMesh, wallet: Wallet, rest: object = {}): object => ({
  operation: 'sign',
  mesh: mesh.mesh,
  expiresAt: expiresAt(mesh),
  wallet: wallet.id,
  account: wallet.accounts[0]?.id,
  payload: { kind: 'ethereum.transaction', transaction: unsignedTransfer() },
  ...rest,
})

/** The answer's value; a refusal fails the test. */
export const must = <Value>(answer: TestAnswer<Value>): Value => {
  if (!answer.ok) throw new Error(`${answer.code} ${answer.subject ?? ''}`)
  return answer.value
}

export const codeOf = (answer: TestAnswer<unknown>): string => (answer.ok ? 'ok' : answer.code)

/** Waits for what other cores do meanwhile. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let round = 0; round < 1000; round += 1) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('did not happen')
}
