/**
 * A real etcd cluster on loopback, in a folder of its own, for one test file.
 *
 *     await using cluster = await startEtcd({ program, members: 3 })
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'

export const etcdProgram = { program: 'etcd', install: 'apt-get install etcd-server' } as const

const startMs = 20_000
const outputCharactersMax = 8000

export type EtcdMember = {
  readonly endpoint: { readonly host: string; readonly port: number }
  /** Where its data lies. */
  readonly dir: string
  /** Waits until it has ended, where the signal ends it. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Starts it again on the data that it left. */
  start(): Promise<void>
  /** Whether it leads the cluster, as far as it knows. */
  leads(): Promise<boolean>
}

export type EtcdCluster = AsyncDisposable & {
  readonly members: readonly EtcdMember[]
  readonly endpoints: readonly { readonly host: string; readonly port: number }[]
  /** Posts to the JSON gateway of a member: `kv/compaction`, `auth/enable`. */
  post(path: string, body: object, member?: number): Promise<unknown>
}

export type StartEtcd = {
  readonly program: string
  readonly members?: number
  /** More flags for every member. */
  readonly flags?: readonly string[]
  /** Clients come by TLS: how the gateway is asked is up to the test then. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly ca?: string }
}

type Plan = {
  readonly name: string
  readonly client: number
  readonly peer: number
  readonly dir: string
}

const flagsOf = (plan: Plan, plans: readonly Plan[], options: StartEtcd): string[] => {
  const scheme = options.tls === undefined ? 'http' : 'https'
  const client = `${scheme}://127.0.0.1:${plan.client}`
  const peer = `http://127.0.0.1:${plan.peer}`
  const all = plans.map(({ name, peer: port }) => `${name}=http://127.0.0.1:${port}`).join(',')
  const { tls } = options
  return [
    `--name=${plan.name}`,
    `--data-dir=${plan.dir}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=${all}`,
    '--initial-cluster-state=new',
    '--logger=zap',
    '--log-level=error',
    ...(tls === undefined ? [] : [`--cert-file=${tls.certificate}`, `--key-file=${tls.key}`]),
    ...(tls?.ca === undefined ? [] : ['--client-cert-auth', `--trusted-ca-file=${tls.ca}`]),
    ...(options.flags ?? []),
  ]
}

const createMember = (plan: Plan, plans: readonly Plan[], options: StartEtcd) => {
  let child: ChildProcess | undefined
  let output = ''
  const killNow = (): void => void child?.kill('SIGKILL')
  process.once('exit', killNow)
  const launch = (): void => {
    const started = spawn(options.program, flagsOf(plan, plans, options), {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (part: Buffer) => {
        output = (output + part.toString()).slice(-outputCharactersMax)
      })
    }
    child = started
  }
  const post = async (path: string, body: object): Promise<unknown> => {
    const url = `http://127.0.0.1:${plan.client}/v3/${path}`
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
  const status = () =>
    post('maintenance/status', {}) as Promise<{
      header: { member_id: string }
      leader?: string
    }>
  /** By the gateway; with TLS a store waits for etcd itself. */
  const ready = async (): Promise<void> => {
    for (let waited = 0; waited < startMs; waited += 50) {
      if (child === undefined || child.exitCode !== null) break
      if (options.tls !== undefined) return
      const answer = await status().catch(() => undefined)
      if (answer?.leader !== undefined) return
      await delay(50)
    }
    throw new Error(`etcd did not become ready: ${output}`)
  }
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    if (signal === 'SIGKILL' || signal === 'SIGTERM') await exited
  }
  const member: EtcdMember = {
    endpoint: { host: '127.0.0.1', port: plan.client },
    dir: plan.dir,
    kill,
    start: async () => {
      launch()
      await ready()
    },
    leads: async () => {
      const { header, leader } = await status()
      return leader === header.member_id
    },
  }
  const end = async (): Promise<void> => {
    await kill('SIGKILL')
    process.off('exit', killNow)
  }
  return { member, launch, ready, post, end }
}

export const startEtcd = async (options: StartEtcd): Promise<EtcdCluster> => {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-etcd-'))
  const plans: Plan[] = []
  for (let index = 0; index < (options.members ?? 1); index += 1) {
    const name = `m${index}`
    plans.push({ name, client: await freePort(), peer: await freePort(), dir: join(dir, name) })
  }
  const members = plans.map((plan) => createMember(plan, plans, options))
  const stop = async (): Promise<void> => {
    await Promise.all(members.map(({ end }) => end()))
    await rm(dir, { recursive: true, force: true })
  }
  try {
    for (const { launch } of members) launch()
    await Promise.all(members.map(({ ready }) => ready()))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    members: members.map(({ member }) => member),
    endpoints: members.map(({ member }) => member.endpoint),
    post: (path, body, member = 0) => members[member]!.post(path, body),
    [Symbol.asyncDispose]: stop,
  }
}
