/** `etcd.json`: the etcd members of each zone of a local mesh. */
import { z } from 'zod'
import { exists, publicFile, readJson, writeJson } from './files.ts'
import type { MeshLayout } from './layout.ts'
import { freePort } from './ports.ts'

const etcdFile = z.strictObject({
  format: z.literal('holdfast etcd v1'),
  zones: z.record(
    z.string(),
    z
      .array(z.strictObject({ name: z.string(), host: z.string(), client: z.int(), peer: z.int() }))
      .min(1),
  ),
})
export type EtcdZones = z.infer<typeof etcdFile>['zones']
export type EtcdPlan = EtcdZones[string][number]

/** Chooses ports for so many members in each zone, and writes them down. */
export const writeEtcdFile = async (
  layout: MeshLayout,
  zones: readonly string[],
  { members, hostOf }: { readonly members: number; readonly hostOf: (zone: string) => string },
): Promise<EtcdZones> => {
  const taken = new Set<number>()
  const port = async (): Promise<number> => {
    for (;;) {
      const free = await freePort()
      if (taken.has(free)) continue
      taken.add(free)
      return free
    }
  }
  const planned: EtcdZones = {}
  for (const zone of zones) {
    const plans: EtcdPlan[] = []
    for (let index = 1; index <= members; index += 1) {
      plans.push({
        name: `m${index}`,
        host: hostOf(zone),
        client: await port(),
        peer: await port(),
      })
    }
    planned[zone] = plans
  }
  await writeJson(layout.etcd, { format: 'holdfast etcd v1', zones: planned }, publicFile)
  return planned
}

/** Undefined where the stores are SQLite files. */
export const readEtcdFile = async (layout: MeshLayout): Promise<EtcdZones | undefined> =>
  (await exists(layout.etcd)) ? (await readJson(layout.etcd, etcdFile)).zones : undefined

/** `store` of the `node.json` of a zone's nodes. */
export const etcdStoreOf = (zones: EtcdZones, zone: string): object => ({
  etcd: { endpoints: (zones[zone] ?? []).map(({ host, client }) => `http://${host}:${client}`) },
})
