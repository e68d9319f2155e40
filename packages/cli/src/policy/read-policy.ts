/** A policy that a command takes: a file, stdin, or the one of a wallet. */
import { fail } from '@holdfast/base/errors'
import { policy as policySchema } from '@holdfast/base/policy'
import { parseJson } from '@holdfast/base/schema'
import { type Person, type Policy, WalletId } from '@holdfast/sdk'
import { type ClientOptions, openClient } from '../client-context.ts'
import type { Surroundings } from '../command.ts'
import { readFileOrStdin } from '../input.ts'
import type { Terminal } from '../terminal.ts'

/** `path` is a file or `-`. Throws `malformed`, `invalid_field`. */
export const readPolicy = async (path: string, around: Surroundings): Promise<Policy> =>
  parseJson(policySchema, await readFileOrStdin(path, around))

export type NamedPolicy = { readonly policy: Policy; readonly persons?: readonly Person[] }

/** `wal_…` is asked of the mesh; anything else is a file. */
export const policyOf = async (
  named: string,
  options: ClientOptions,
  around: Surroundings,
  talk: Terminal,
): Promise<NamedPolicy> => {
  if (!named.startsWith('wal_')) return { policy: await readPolicy(named, around) }
  if (!WalletId.pattern.test(named)) return fail('invalid_field', 'not the id of a wallet', named)
  using client = await openClient(options, around, talk)
  const { policy, persons } = (await client.showWallet(WalletId(named))).wallet
  return { policy, persons }
}
