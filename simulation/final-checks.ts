/** When all is quiet: invariants 1, 4, 9 and 12 over everything that happened. */
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { type GroupId, groupId, groupOf } from '@holdfast/enclave/replication/homes/group'
import type { Checks } from './checks.ts'
import type { Addition, KnownObject, Ledger } from './ledger.ts'
import type { RecordView } from './record-view.ts'
import type { World } from './world.ts'

/** What a zone holds of a wallet, one line a record, in order. */
const linesOf = (world: World, zone: ZoneId, wallet: WalletId): readonly string[] =>
  [...world.records.of(zone)]
    .filter(([name, view]) => view.wallet === wallet || isTombOf(world, zone, name, view, wallet))
    .map(([name, { version, hash, kind }]) =>
      // Tombstones say nothing but that they stand.
      kind === 'tomb' ? name : `${name} ${version.epoch}.${version.version} ${hash}`,
    )
    .toSorted()

const isTombOf = (
  world: World,
  zone: ZoneId,
  name: string,
  view: RecordView,
  wallet: WalletId,
): boolean =>
  view.kind === 'tomb' &&
  world.records.of(zone).get(name.replace('tomb', 'state'))?.wallet === wallet

const difference = (left: readonly string[], right: readonly string[]): string => {
  const [a, b] = [new Set(left), new Set(right)]
  return [...left.filter((line) => !b.has(line)), '|', ...right.filter((line) => !a.has(line))]
    .join(' ')
    .slice(0, 400)
}

/** What enough zones hold is known to be by each of them, though nobody has asked for it since. */
const findUnacknowledged = (world: World, wallet: WalletId): string | undefined => {
  const document = world.records.newest(wallet)
  if (document?.provisional !== true) return undefined
  const name = `acknowledged/${wallet}`
  const zone = document.placement.zones.find((one) => !world.zone(one).disk.records.has(name))
  return zone && `${zone} does not know that ${wallet} is acknowledged`
}

/** Undefined where all zones of all placements hold the same, and owe each other nothing. */
export const findInequality = (world: World): string | undefined => {
  const wallets = new Set(
    [...world.zones.keys()].flatMap((zone) =>
      [...world.records.of(zone).values()].flatMap(({ document }) => document?.id ?? []),
    ),
  )
  for (const zone of world.zones.keys()) {
    if (world.node(zone) === undefined) return `${zone} does not start`
    const owed = [...world.zone(zone).disk.records.keys()].find((key) => key.startsWith('out/'))
    if (owed !== undefined) return `${zone} still has ${owed}`
  }
  const untold = world.cancels.findInequality()
  if (untold !== undefined) return untold
  for (const wallet of wallets) {
    const placed = world.records.placement(wallet) ?? []
    const [first, ...others] = placed
    if (first === undefined) continue
    if (world.records.isMoving(wallet)) return `${wallet} is still on its way`
    const lines = linesOf(world, first, wallet)
    for (const other of others) {
      const found = linesOf(world, other, wallet)
      if (lines.join('\n') !== found.join('\n')) {
        return `${first} and ${other} differ in ${wallet}: ${difference(lines, found)}`
      }
    }
    const unknown = findUnacknowledged(world, wallet)
    if (unknown !== undefined) return unknown
  }
  return undefined
}

/** A home that takes over holds every change that a client was told to be final. */
export const checkTakeover = (
  world: World,
  { additions }: Ledger,
  zone: ZoneId,
  group: GroupId,
): void => {
  for (const { wallet, outcome, accounts } of additions) {
    const document = world.records.of(zone).get(`wallet/${wallet}`)?.document
    if (outcome !== 'final' || document === undefined) continue
    if (groupId(groupOf(document)) !== group) continue
    const held = new Set(document.accounts.map(({ id }) => id))
    const kept = accounts.every(({ id }) => held.has(id))
    world.checks.expect(5, kept, () => `${zone} took ${wallet} over without a final change`)
  }
}

const checkAddition = (world: World, ledger: Ledger, addition: Addition, checks: Checks): void => {
  const { wallet, request, outcome, accounts, bytes } = addition
  const versions = world.records.history.get(wallet)
  const made = versions?.has(request) === true
  const alone = ledger.receptions.of(bytes) <= 2
  if (outcome === 'refused' && alone) {
    checks.expect(12, !made, () => `a change of ${wallet} was refused, and made`)
  }
  if (outcome !== 'final') return
  const zones = world.records.placement(wallet) ?? []
  for (const zone of zones) {
    const document = world.records.of(zone).get(`wallet/${wallet}`)?.document
    const held = new Set(document?.accounts.map(({ id, address }) => `${id} ${address}`))
    const kept = made && accounts.every(({ id, address }) => held.has(`${id} ${address}`))
    const failedOver = (document?.epoch ?? 1) > (addition.version?.epoch ?? 1)
    const what = (): string => `${zone} lacks an account of ${wallet} that was acknowledged`
    checks.expect(failedOver ? 5 : 12, kept, what)
  }
}

const checkObject = (world: World, object: KnownObject, checks: Checks): void => {
  const { id, wallet, created, destroyed, states } = object
  for (const zone of world.records.placement(wallet) ?? []) {
    const view = world.records.of(zone)
    const state = view.get(`state/${id}`)
    if (created === 'final') {
      checks.expect(12, state !== undefined, () => `${zone} lacks ${id}, which was acknowledged`)
    }
    if (destroyed === 'final') {
      checks.expect(4, state?.destroyed === true, () => `${id} is not destroyed in ${zone}`)
    }
    if (state === undefined || state.destroyed === true) continue
    checks.expect(12, view.has(`object/${id}`), () => `${zone} has no payload of ${id}`)
  }
  for (const [version, bytes] of states) {
    const same = world.records.wasWritten(id, version, bytes)
    checks.expect(12, same, () => `version ${version} of ${id} is not what was acknowledged`)
  }
}

/** A tombstone that any zone ever wrote is followed by the state, whoever orders it by now. */
const checkTombs = ({ checks, records }: World, zone: ZoneId): void => {
  const view = records.of(zone)
  for (const [name, { kind }] of view) {
    if (kind !== 'tomb') continue
    const state = view.get(name.replace('tomb', 'state'))
    const wallet = records.walletOf(name.slice('tomb/'.length))
    // A zone that a wallet has left keeps its tombstones alone.
    if (wallet !== undefined && records.placement(wallet)?.includes(zone) !== true) continue
    checks.expect(4, state?.destroyed === true, () => `${name} stands in ${zone}, active`)
  }
}

/** Nothing is left of a wallet but in the zones of its placement. */
const checkOutside = ({ checks, records }: World, zone: ZoneId): void => {
  for (const [name, { kind, wallet }] of records.of(zone)) {
    if (kind === 'tomb' || wallet === undefined) continue
    const placed = records.placement(wallet)?.includes(zone) === true
    checks.expect(10, placed, () => `${zone} still holds ${name}`)
  }
}

export const checkOutcomes = (world: World, ledger: Ledger): void => {
  const { checks, records } = world
  for (const zone of world.zones.keys()) checkOutside(world, zone)
  for (const { id, wallet } of ledger.wallets.values()) {
    for (const zone of records.placement(id) ?? []) {
      const held = records.of(zone)
      const all =
        held.has(`wallet/${id}`) && wallet.keys.every((key) => held.has(`object/${key.id}`))
      checks.expect(1, all, () => `${zone} lacks ${id}, which was acknowledged`)
    }
  }
  for (const zone of world.zones.keys()) checkTombs(world, zone)
  world.cancels.check()
  for (const addition of ledger.additions) checkAddition(world, ledger, addition, checks)
  for (const object of ledger.objects.values()) checkObject(world, object, checks)
}
