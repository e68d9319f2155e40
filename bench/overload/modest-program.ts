/**
 * The callers who ask little, in a process of their own: what the one who asks much does in its
 * process does not hold up their clock. Told a number of seconds, it measures for so long.
 */
import type { Wallet } from '@holdfast/base/wallet'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { createOwner } from '../client/owner.ts'
import { walletRequest } from '../client/wallet-request.ts'
import { ask } from '../load/https-load.ts'
import type { RunningNode } from '../server/nodes.ts'
import { openModestCallers } from './modest-callers.ts'

const { node, callers } = JSON.parse(process.argv[2] ?? '') as {
  readonly node: RunningNode
  readonly callers: number
}
const entropy = createEntropy()
const crypto = await createCrypto({ entropy })
const owner = createOwner(crypto, entropy)
const { mesh, zone } = node
const wish = { mesh, zones: [zone], durability: 1, owner, proof: 'session', entropy } as const
const answer = await ask({
  origin: node.client,
  connections: 1,
  owner,
  purpose: 'enrol',
  next: () => walletRequest(wish),
})
const { wallet } = JSON.parse(answer) as { wallet: Wallet }
const modest = await openModestCallers({ node, owner, wallet, crypto, entropy }, callers)
process.on('message', (seconds: number) => {
  void modest.measure(seconds).then((latency) => process.send?.(latency))
})
process.send?.('ready')
