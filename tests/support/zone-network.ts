/**
 * A network of its own for each zone: network namespaces, each linked by a pair of virtual
 * Ethernet devices to a bridge that this process is on. Zones can be parted from each other while
 * clients reach all of them; what is sent is then lost without a word.
 *
 *     await using network = openZoneNetwork(['eu-west', 'us-east'])
 */
import { spawnSync } from 'node:child_process'

export type ZoneNetwork = AsyncDisposable & {
  hostOf(zone: string): string
  /** The words that run a program in the zone's network. */
  within(zone: string): readonly string[]
  /** The zones that are named lose sight of each other; the others see all. */
  part(zones: readonly string[]): void
  heal(): void
}

export const ipProgram = {
  program: 'ip',
  install: 'apt-get install iproute2',
  paths: ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'],
} as const

const run = (ip: string, words: string): string | undefined => {
  const { status, stderr } = spawnSync(ip, words.split(' '), { encoding: 'utf8' })
  return status === 0 ? undefined : `ip ${words}: ${stderr.trim()}`
}

/** The reason in words where this machine's kernel does not let namespaces be made. */
export const openZoneNetwork = (ip: string, zones: readonly string[]): ZoneNetwork | string => {
  const tag = `hf${process.pid % 100_000}`
  const subnet = `10.${100 + (process.pid % 100)}`
  const bridge = `${tag}b`
  const numbers = new Map(zones.map((zone, index) => [zone, index + 1]))
  const numberOf = (zone: string): number => {
    const number = numbers.get(zone)
    if (number === undefined) throw new Error(`no network for ${zone}`)
    return number
  }
  const hostOf = (zone: string): string => `${subnet}.${numberOf(zone)}.1`
  const spaceOf = (zone: string): string => `${tag}n${numberOf(zone)}`
  const linkOf = (zone: string): string => `${tag}v${numberOf(zone)}`

  const close = (): void => {
    for (const zone of zones) run(ip, `netns del ${spaceOf(zone)}`)
    run(ip, `link del ${bridge}`)
  }
  const steps = [
    `link add ${bridge} type bridge`,
    `addr add ${subnet}.0.1/16 dev ${bridge}`,
    `link set ${bridge} up`,
    ...zones.flatMap((zone) => [
      `netns add ${spaceOf(zone)}`,
      `link add ${linkOf(zone)} type veth peer name eth0 netns ${spaceOf(zone)}`,
      `link set ${linkOf(zone)} master ${bridge}`,
      `link set ${linkOf(zone)} up`,
      `-n ${spaceOf(zone)} addr add ${hostOf(zone)}/16 dev eth0`,
      `-n ${spaceOf(zone)} link set eth0 up`,
      `-n ${spaceOf(zone)} link set lo up`,
    ]),
  ]
  for (const step of steps) {
    const failed = run(ip, step)
    if (failed === undefined) continue
    close()
    return failed
  }
  const isolate = (zone: string, is: boolean): void => {
    const words = `link set dev ${linkOf(zone)} type bridge_slave isolated ${is ? 'on' : 'off'}`
    const failed = run(ip, words)
    if (failed !== undefined) throw new Error(failed)
  }
  return {
    hostOf,
    within: (zone) => [ip, 'netns', 'exec', spaceOf(zone)],
    part: (parted) => {
      for (const zone of zones) isolate(zone, parted.includes(zone))
    },
    heal: () => {
      for (const zone of zones) isolate(zone, false)
    },
    [Symbol.asyncDispose]: async () => close(),
  }
}
