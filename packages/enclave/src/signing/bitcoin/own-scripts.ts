/** Which scripts are the account's own: derived again from its public key, never taken on trust. */
import { type Bytes, equalBytes, fromHex, toHex } from '@holdfast/base/bytes'
import type { Account } from '@holdfast/base/wallet'
import type { Crypto } from '../../ports/crypto.ts'
import { scriptMatchIndices } from '../limits.ts'
import { childKey, type ExtendedPublicKey } from './child-key.ts'
import { type KeyScript, keyScript } from './key-script.ts'

/** One of the account's keys and the steps that lead to it: change and index, or none. */
export type OwnScript = KeyScript & { readonly steps: readonly number[] }

export type OwnScripts = {
  /** `paths` are what the PSBT claims; they are hints of where to look, nothing more. */
  find(script: Bytes, paths: readonly (readonly number[])[]): OwnScript | undefined
  /** Looks at the first indices of both branches, for a PSBT that claims no paths. */
  search(script: Bytes): OwnScript | undefined
}

const hardened = 2 ** 31

const branches = [0, 1] as const

const singleKey = (account: Account, crypto: Crypto): OwnScripts => {
  const kind = account.script ?? 'p2wpkh'
  const own = { ...keyScript(kind, fromHex(account.publicKey), crypto), steps: [] }
  const find = (script: Bytes) => (equalBytes(own.output, script) ? own : undefined)
  return { find, search: find }
}

const derivedKeys = (account: Account, root: ExtendedPublicKey, crypto: Crypto): OwnScripts => {
  const kind = account.script ?? 'p2wpkh'
  const nodes = new Map<number, ExtendedPublicKey | undefined>()
  let searched: ReadonlyMap<string, OwnScript> | undefined

  const branch = (change: number): ExtendedPublicKey | undefined => {
    if (!nodes.has(change)) nodes.set(change, childKey(root, change, crypto))
    return nodes.get(change)
  }
  const at = (change: number, index: number): OwnScript | undefined => {
    const parent = branch(change)
    const child = parent === undefined ? undefined : childKey(parent, index, crypto)
    return child && { ...keyScript(kind, child.publicKey, crypto), steps: [change, index] }
  }
  const firstScripts = (): ReadonlyMap<string, OwnScript> => {
    const found = new Map<string, OwnScript>()
    for (const change of branches) {
      for (let index = 0; index < scriptMatchIndices; index += 1) {
        const own = at(change, index)
        if (own !== undefined) found.set(toHex(own.output), own)
      }
    }
    return found
  }

  return {
    find: (script, paths) => {
      for (const path of paths) {
        const [change, index] = path.slice(-2)
        if (change === undefined || index === undefined) continue
        if (change > 1 || index >= hardened) continue
        const own = at(change, index)
        if (own !== undefined && equalBytes(own.output, script)) return own
      }
      return undefined
    },
    search: (script) => {
      searched ??= firstScripts()
      return searched.get(toHex(script))
    },
  }
}

/** An account with a chain code has branches 0 and 1; a single key has one script. */
export const ownScripts = (account: Account, crypto: Crypto): OwnScripts =>
  account.chainCode === undefined
    ? singleKey(account, crypto)
    : derivedKeys(
        account,
        { publicKey: fromHex(account.publicKey), chainCode: fromHex(account.chainCode) },
        crypto,
      )
