/** The etcd members of a local mesh as processes of this machine. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fail } from '@holdfast/base/errors'
import { etcdReadyTimeoutMs, nodeStopTimeoutMs } from '../limits.ts'
import type { EtcdPlan, EtcdZones } from '../mesh-folder/etcd-file.ts'
import type { MeshLayout } from '../mesh-folder/layout.ts'
import type { Environment, Within } from './node-environment.ts'

export type EtcdProcess = {
  readonly zone: string
  readonly name: string
  /** Where clients ask: http://host:port. */
  readonly url: string
  readonly dir: string
  pid(): number
  /** Settles when the process has ended, where the signal ends it. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Starts it again on the data that it left. */
  start(): void
  /** Whether it leads its cluster, as far as it knows; undefined where it does not answer. */
  leads(): Promise<boolean | undefined>
  stop(): Promise<void>
}

export type LocalEtcd = {
  readonly members: readonly EtcdProcess[]
  /** Settles when every cluster has a leader. */
  ready(): Promise<void>
  stop(): Promise<void>
}

/** Old revisions are of no use to nodes: a watch that is behind them reads all anew. */
const compaction = ['--auto-compaction-mode=periodic', '--auto-compaction-retention=10m']

const flagsOf = (dir: string, plan: EtcdPlan, plans: readonly EtcdPlan[]): string[] => {
  const [client, peer] = [plan.client, plan.peer].map((port) => `http://${plan.host}:${port}`)
  const all = plans.map(({ name, host, peer: port }) => `${name}=http://${host}:${port}`)
  return [
    `--name=${plan.name}`,
    `--data-dir=${dir}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=${all.join(',')}`,
    '--initial-cluster-state=new',
    '--logger=zap',
    '--log-level=error',
    ...compaction,
  ]
}

const programOf = (env: Environment): string => {
  const folders = (env['PATH'] ?? '').split(delimiter)
  const found = folders.map((folder) => join(folder, 'etcd')).find((path) => existsSync(path))
  return found ?? fail('unsupported', 'etcd is not installed: apt-get install etcd-server', 'etcd')
}

/** What a member says of itself; undefined where it does not answer. */
const statusOf = async (
  url: string,
): Promise<{ readonly leader: string | undefined; readonly self: string } | undefined> => {
  try {
    const answer = await fetch(`${url}/v3/maintenance/status`, {
      method: 'POST',
      body: '{}',
      signal: AbortSignal.timeout(1000),
    })
    const { header, leader } = (await answer.json()) as {
      readonly header: { readonly member_id: string }
      readonly leader?: string
    }
    return { leader, self: header.member_id }
  } catch {
    return undefined
  }
}

type Launch = {
  readonly layout: MeshLayout
  readonly zone: string
  readonly plan: EtcdPlan
  readonly plans: readonly EtcdPlan[]
  readonly program: string
  readonly within: Within
}

const launch = ({ layout, zone, plan, plans, program, within }: Launch): ChildProcess => {
  const dir = layout.etcdMember(zone, plan.name)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const log = openSync(`${dir}.log`, 'a', 0o600)
  const [command = program, ...args] = [...within(zone), program, ...flagsOf(dir, plan, plans)]
  // Without this command's own variables: etcd reads ETCD_* as flags.
  const child = spawn(command, args, { stdio: ['ignore', log, log], env: {} })
  closeSync(log)
  return child
}

const startMember = (options: Launch): EtcdProcess => {
  const url = `http://${options.plan.host}:${options.plan.client}`
  let child = launch(options)
  const watch = (started: ChildProcess): Promise<void> =>
    new Promise((resolve) => {
      started.once('exit', () => resolve())
      started.once('error', () => resolve())
    })
  let ended = watch(child)
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  return {
    zone: options.zone,
    name: options.plan.name,
    url,
    dir: options.layout.etcdMember(options.zone, options.plan.name),
    pid: () => child.pid ?? 0,
    kill: async (signal) => {
      if (!isRunning()) return
      child.kill(signal)
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await ended
    },
    start: () => {
      if (isRunning()) return
      child = launch(options)
      ended = watch(child)
    },
    leads: async () => {
      const status = await statusOf(url)
      return status && status.leader === status.self
    },
    stop: async () => {
      if (!isRunning()) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), nodeStopTimeoutMs)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Starts all members. Refuses `unsupported` where etcd is not installed. */
export const startEtcd = (
  layout: MeshLayout,
  zones: EtcdZones,
  { env, within }: { readonly env: Environment; readonly within: Within },
): LocalEtcd => {
  const program = programOf(env)
  const members = Object.entries(zones).flatMap(([zone, plans]) =>
    plans.map((plan) => startMember({ layout, zone, plan, plans, program, within })),
  )
  const hasLeader = async (url: string): Promise<void> => {
    const until = Date.now() + etcdReadyTimeoutMs
    for (;;) {
      if ((await statusOf(url))?.leader !== undefined) return
      if (Date.now() > until) fail('unreachable', 'etcd does not become ready', url)
      await delay(50)
    }
  }
  return {
    members,
    ready: async () => {
      await Promise.all(members.map(({ url }) => hasLeader(url)))
    },
    stop: async () => {
      await Promise.all(members.map((member) => member.stop()))
    },
  }
}
