/** What the page keeps in the browser: public things alone, so that a passkey is found again. */
import { type PasskeyKey, type WalletId } from '@holdfast/sdk'

const name = 'holdfast console v1'

export type Kept = {
  readonly mesh?: string
  readonly passkey?: PasskeyKey
  readonly wallet?: WalletId
  /** Marks this device to the wallet's password; it opens nothing. */
  readonly device?: string
}

/** What is kept; nothing where it cannot be read. */
export const readKept = (): Kept => {
  try {
    return JSON.parse(localStorage.getItem(name) ?? '{}') as Kept
  } catch {
    return {}
  }
}

export const keep = (more: Kept): void =>
  localStorage.setItem(name, JSON.stringify({ ...readKept(), ...more }))
