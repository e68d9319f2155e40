/** How large a new mesh is, as the command line says it: zones, nodes of each, their stores. */
import { fail } from '@holdfast/base/errors'
import type { ManifestZone } from '@holdfast/base/manifest'
import type { Command } from 'commander'
import { defaultZones, parseZone } from './zones.ts'

export type SizeOptions = {
  readonly zone?: readonly string[]
  readonly zones?: string
  readonly nodes?: string
  readonly store?: string
  readonly etcdMembers?: string
}

export type MeshSize = {
  readonly zones: readonly ManifestZone[]
  readonly nodesPerZone: number
  readonly etcdMembers: number
}

const nodesMax = 16
const membersMax = 7
const etcdMembersDefault = '3'

const collect = (value: string, before: readonly string[] = []) => [...before, value]

export const withSizeOptions = (command: Command): Command =>
  command
    .option(
      '--zone <id:lat:lon:level>',
      'a zone of a new mesh, such as eu-west:53.35:-6.26:2; repeatable',
      collect,
    )
    .option('--zones <number>', `how many of the default zones (1 to ${defaultZones.length})`)
    .option('--nodes <number>', 'nodes of each zone of a new mesh; more than one need etcd', '1')
    .option('--store <kind>', 'stores of a new mesh: sqlite, or etcd (as processes)', 'sqlite')
    .option('--etcd-members <number>', 'members of each zone’s etcd', etcdMembersDefault)

const numberIn = (text: string, max: number, subject: string): number => {
  const value = Number(text)
  return Number.isInteger(value) && value >= 1 && value <= max
    ? value
    : fail('invalid_field', `a number from 1 to ${max}`, subject)
}

const zonesOf = ({ zone, zones }: SizeOptions): readonly ManifestZone[] => {
  if (zone === undefined) {
    const count =
      zones === undefined ? defaultZones.length : numberIn(zones, defaultZones.length, 'zones')
    return defaultZones.slice(0, count)
  }
  return zones === undefined
    ? zone.map(parseZone)
    : fail('invalid_field', 'either --zone or --zones', 'zones')
}

/** Refuses `invalid_field`. */
export const meshSizeOf = (options: SizeOptions): MeshSize => {
  const { nodes = '1', store = 'sqlite', etcdMembers = etcdMembersDefault } = options
  if (store !== 'sqlite' && store !== 'etcd') fail('invalid_field', 'sqlite or etcd', 'store')
  return {
    zones: zonesOf(options),
    nodesPerZone: numberIn(nodes, nodesMax, 'nodes'),
    etcdMembers: store === 'etcd' ? numberIn(etcdMembers, membersMax, 'etcd-members') : 0,
  }
}
