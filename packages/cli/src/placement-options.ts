/** Where a wallet may be, and who may use it, as the command line says it. */
import { fail } from '@holdfast/base/errors'
import { type PlacementConstraints, placementConstraints } from '@holdfast/base/placement'
import { changeTerms } from '@holdfast/base/policy'
import { type WalletOptions, ZoneId } from '@holdfast/sdk'
import { type Command, Option } from 'commander'

export type ConstraintOptions = {
  readonly region?: readonly string[]
  readonly within?: string
  readonly minLevel?: string
  readonly sameLevel?: true
  readonly copies?: string
  readonly durability?: string
}

export type PlacementOptions = ConstraintOptions & {
  readonly home?: string
  readonly proof: 'request' | 'session'
  readonly allowUndecoded?: true
  readonly kmip?: true
  readonly changeDelay?: string
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

export const withConstraintOptions = (command: Command): Command =>
  command
    .option('--region <zone>', 'only these zones; repeatable', collect)
    .option('--within <lat,lon,km>', 'only zones within a distance of a point')
    .option('--min-level <number>', 'only zones of this trust level or a higher one')
    .option('--same-level', "only zones of the home's trust level")
    .option('--copies <number>', 'at most so many zones, the nearest to the home')
    .option('--durability <number>', 'zones that must hold it before an address is shown')

export const withPlacementOptions = (command: Command): Command =>
  withConstraintOptions(command)
    .option('--home <zone>', 'zone that makes the wallet and orders its changes')
    .option('--allow-undecoded', 'owners may also sign what the enclave cannot decode')
    .option('--kmip', 'certificates of the wallet may keep general objects in it over KMIP')
    .option('--change-delay <hours>', 'new credentials and looser rules wait so long (default 0)')
    .addOption(
      new Option('--proof <kind>', 'whether a session authenticated once may sign')
        .choices(['request', 'session'])
        .default('request'),
    )

const point = (text: string): unknown => {
  const [latitude, longitude, km] = text.split(',').map(Number)
  return { latitude, longitude, km }
}

export const constraintsOf = (options: ConstraintOptions): PlacementConstraints => {
  const { region, within, minLevel, sameLevel, copies } = options
  const parsed = placementConstraints.safeParse({
    ...(region === undefined ? {} : { regions: region }),
    ...(within === undefined ? {} : { withinKm: point(within) }),
    ...(minLevel === undefined ? {} : { minLevel: Number(minLevel) }),
    ...(sameLevel === undefined ? {} : { sameLevel }),
    ...(copies === undefined ? {} : { copies: Number(copies) }),
  })
  if (parsed.success) return parsed.data
  const field = parsed.error.issues[0]?.path.map(String).join('.')
  return fail('invalid_field', 'a placement option has a value that is not allowed', field)
}

const changesOf = ({ changeDelay }: PlacementOptions): Pick<WalletOptions, 'changes'> => {
  if (changeDelay === undefined) return {}
  const terms = { quorum: 1, delayMs: Number(changeDelay) * 3_600_000 }
  const parsed = changeTerms.safeParse(terms)
  if (parsed.success && changeDelay.trim() !== '') return { changes: parsed.data }
  return fail('invalid_field', 'not a number of hours that a change can wait', 'change-delay')
}

export const walletOptions = (name: string, options: PlacementOptions): WalletOptions => ({
  name,
  placement: constraintsOf(options),
  proof: options.proof,
  allowUndecoded: options.allowUndecoded === true,
  kmip: options.kmip === true,
  ...changesOf(options),
  ...(options.home === undefined ? {} : { home: ZoneId(options.home) }),
  ...(options.durability === undefined ? {} : { durability: Number(options.durability) }),
})
