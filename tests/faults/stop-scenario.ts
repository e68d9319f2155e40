/**
 * What stops on every node of a zone, and how soon: a credential that one node revoked, and
 * everything where the zone's etcd is silent. The test and `npm run faults:mesh` share it.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Policy } from '@holdfast/base/policy'
import {
  type Client,
  credentialOf,
  generateApiKey,
  PersonId,
  RefusalError,
  type Wallet,
} from '@holdfast/sdk'
import type { MeshNode, TestMesh } from '../support/mesh.ts'
import { accountOf, createEthereum, transfer } from '../support/wallets.ts'

export type StopFigures = {
  /** Signatures by the credential before it was revoked, by node. */
  readonly signed: readonly number[]
  /** From the answer to the revocation until the last signature that a node gave, by node. */
  readonly revokedMs: readonly number[]
  /** While the member of etcd that they ask was stopped: the longest time without one, by node. */
  readonly memberMs: readonly number[]
  /** From the moment when etcd was stopped until the last signature, by node. */
  readonly silentMs: readonly number[]
  /** What the nodes answered while etcd was silent. */
  readonly codes: readonly string[]
  /** From the moment when etcd went on until the first signature, by node. */
  readonly backMs: readonly number[]
}

type Signing = {
  /** When the last signature came, and the first one after `since`. */
  last(): number
  count(): number
  /** The longest time without a signature from `since` until now. */
  gap(since: number): number
  firstAfter(since: number): number | undefined
  readonly codes: Set<string>
  end(): Promise<void>
}

/** Signs again and again by one node alone. */
const signing = (client: Client, wallet: Wallet): Signing => {
  const signatory = { wallet: wallet.id, account: accountOf(wallet, 'ethereum').id }
  const times: number[] = []
  const codes = new Set<string>()
  const state = { running: true }
  const run = async (): Promise<void> => {
    for (let nonce = 0n; state.running; nonce += 1n) {
      try {
        const prepared = client.prepare.sign(signatory, transfer(nonce))
        await client.send(prepared, { timeoutMs: 150 })
        times.push(performance.now())
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error
        codes.add(error.refusal.code)
      }
      await delay(5)
    }
  }
  const ended = run()
  return {
    last: () => times.at(-1) ?? 0,
    count: () => times.length,
    gap: (since) => {
      const during = [since, ...times.filter((time) => time > since), performance.now()]
      return Math.max(...during.slice(1).map((time, index) => time - during[index]!))
    },
    firstAfter: (since) => times.find((time) => time > since),
    codes,
    end: () => {
      state.running = false
      return ended
    },
  }
}

/** Whoever has a credential of the wallet may do all. */
const policy: Policy = {
  format: 'holdfast policy v1',
  rules: [{ id: 'all', effect: 'allow', operations: ['*'] }],
}

const untilAllSign = async (all: readonly Signing[]): Promise<void> => {
  const until = performance.now() + 20_000
  while (all.some((one) => one.count() < 5)) {
    const codes = all.flatMap((one) => [...one.codes])
    if (performance.now() > until) throw new Error(`a node does not sign: ${codes.join(', ')}`)
    await delay(20)
  }
}

const rounded = (ms: number): number => Math.max(0, Math.round(ms))

/** One zone of several nodes on etcd; the wallet is made in it. */
export const stopInZone = async (mesh: TestMesh): Promise<StopFigures> => {
  const [first] = mesh.nodes as readonly [MeshNode]
  const owner = await mesh.connect({ nodes: [first.url] })
  const wallet = await createEthereum(owner, { policy })
  using key = generateApiKey()
  await owner.addCredentials({
    wallet: wallet.id,
    persons: [{ id: PersonId('bob'), owner: true }],
    credentials: [credentialOf(key, PersonId('bob'))],
    enrol: [key],
  })
  const clientsOf = (credentials: Parameters<TestMesh['connect']>[0]) =>
    Promise.all(mesh.nodes.map(({ url }) => mesh.connect({ nodes: [url], ...credentials })))

  const byBob = (await clientsOf({ credentials: [key] })).map((client) => signing(client, wallet))
  await untilAllSign(byBob)
  const signed = byBob.map((one) => one.count())
  await owner.removeCredential({ wallet: wallet.id, credential: key.id })
  const revokedAt = performance.now()
  await delay(1500)
  await Promise.all(byBob.map((one) => one.end()))

  const byOwner = (await clientsOf({})).map((client) => signing(client, wallet))
  await untilAllSign(byOwner)
  const [asked] = mesh.etcd
  const memberAt = performance.now()
  await asked?.kill('SIGSTOP')
  await delay(7500)
  const memberMs = byOwner.map((one) => rounded(one.gap(memberAt)))
  await asked?.kill('SIGCONT')
  await delay(1000)
  const stoppedAt = performance.now()
  await Promise.all(mesh.etcd.map((member) => member.kill('SIGSTOP')))
  await delay(3000)
  const silentMs = byOwner.map((one) => rounded(one.last() - stoppedAt))
  const codes = new Set(byOwner.flatMap((one) => [...one.codes]))
  const wentOnAt = performance.now()
  await Promise.all(mesh.etcd.map((member) => member.kill('SIGCONT')))
  while (
    byOwner.some((one) => one.firstAfter(wentOnAt) === undefined) &&
    performance.now() - wentOnAt < 20_000
  ) {
    await delay(50)
  }
  await Promise.all(byOwner.map((one) => one.end()))
  return {
    signed,
    revokedMs: byBob.map((one) => rounded(one.last() - revokedAt)),
    memberMs,
    silentMs,
    codes: [...codes].toSorted(),
    backMs: byOwner.map((one) => rounded((one.firstAfter(wentOnAt) ?? Infinity) - wentOnAt)),
  }
}
