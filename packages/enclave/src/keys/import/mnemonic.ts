/** A seed phrase of the English list, in UTF-8. */
import { refuse } from '@holdfast/base/errors'
import { readPhrase } from '../bip39/read-phrase.ts'
import type { ReadSecret } from './read-secret.ts'

export const readMnemonic: ReadSecret = (kind, untrusted, crypto) =>
  kind === 'bip39'
    ? readPhrase(untrusted, crypto)
    : refuse('wrong_curve', 'a seed phrase is a key of its own kind', 'kind')
