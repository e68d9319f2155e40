import { BufferSecret } from '@holdfast/base/secret'
import { describe, expect, it } from 'vitest'
import type { SigningTask } from './chain-signer.ts'
import { signTasks } from './sign-tasks.ts'
import { privateKeyOf, testCrypto, testEntropy } from './testing/sign-payload.ts'

const key = privateKeyOf(0x46)
const digest = new Uint8Array(32).fill(0x55)
const { secp256k1, p256, ed25519 } = testCrypto

const tasks: readonly SigningTask[] = [
  { algorithm: 'ecdsa-secp256k1', data: digest, steps: [], publicKey: secp256k1.publicKey(key) },
  { algorithm: 'bip340', data: digest, steps: [], publicKey: secp256k1.publicKey(key).slice(1) },
  { algorithm: 'ecdsa-p256', data: digest, steps: [], publicKey: p256.publicKey(key) },
  {
    algorithm: 'ed25519',
    data: new Uint8Array([1, 2]),
    steps: [],
    publicKey: ed25519.publicKey(key),
  },
]

const sign = (list: readonly SigningTask[], privateKey = key) =>
  signTasks({
    tasks: list,
    open: () => new BufferSecret(Uint8Array.from(privateKey)),
    crypto: testCrypto,
    entropy: testEntropy,
  })

describe('signing tasks', () => {
  it('signs by every algorithm, in order, with a recovery id for ECDSA on secp256k1 alone', () => {
    const signatures = sign(tasks)
    expect(signatures.map(({ signature }) => signature.length)).toEqual([64, 64, 64, 64])
    expect(signatures.map(({ recovery }) => recovery !== undefined)).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  it.each(tasks)('lets no $algorithm signature out that does not verify', (task) => {
    expect(() => sign([task], privateKeyOf(0x47))).toThrow('invariant broken')
  })

  it('erases every key that it opened, also where it stops', () => {
    const opened: Uint8Array[] = []
    const open = () => {
      opened.push(Uint8Array.from(key))
      return new BufferSecret(opened.at(-1)!)
    }
    const tools = { open, crypto: testCrypto, entropy: testEntropy }
    signTasks({ tasks, ...tools })
    const wrong = { ...tasks[0]!, publicKey: secp256k1.publicKey(privateKeyOf(0x47)) }
    expect(() => signTasks({ tasks: [wrong], ...tools })).toThrow('invariant broken')
    expect(opened).toHaveLength(5)
    for (const bytes of opened) expect(bytes).toEqual(new Uint8Array(32))
  })
})
