/** Secrets made for one run, and the search for all of them. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HDNodeWallet, Mnemonic } from 'ethers'
import { bytesNeedles, phraseNeedles, textNeedles } from './needles.ts'
import { type Search, searchFor } from './search.ts'

export type Canaries = {
  readonly apiKey: Uint8Array
  readonly mnemonic: string
  /** The same words in an order whose checksum is wrong. */
  readonly wrongMnemonic: string
  readonly passphrase: string
  /** A scalar of secp256k1. */
  readonly raw: Uint8Array
  /** In the order in which a client reads them. */
  readonly inOrder: readonly Uint8Array[]
  readonly search: Search
}

/** A scalar below the order of every curve. */
const scalar = (): Buffer => {
  const bytes = randomBytes(32)
  bytes[0] = 0x5a
  return bytes
}

/** One order in sixteen is right by chance. */
const wrongOrder = (words: readonly string[]): string =>
  words
    .map((_, at) => [...words.slice(at), ...words.slice(0, at)].join(' '))
    .find((phrase) => !Mnemonic.isValidMnemonic(phrase)) ?? words.slice(1).join(' ')

export const makeCanaries = (): Canaries => {
  const apiKey = randomBytes(32)
  const entropy = randomBytes(16)
  const passphrase = `correct-${randomBytes(12).toString('base64url')}`
  const phrase = Mnemonic.fromEntropy(entropy, passphrase)
  const raw = scalar()
  const account = HDNodeWallet.fromMnemonic(phrase, "m/44'/60'/0'/0/0")
  const hex = (text: string): Buffer => Buffer.from(text.slice(2), 'hex')
  const needles = [
    ...bytesNeedles('API private key', apiKey),
    ...phraseNeedles('mnemonic', phrase.phrase.split(' ')),
    ...bytesNeedles('entropy', entropy),
    ...bytesNeedles('seed', hex(phrase.computeSeed())),
    ...bytesNeedles('derived key', hex(account.privateKey)),
    ...textNeedles('passphrase', passphrase),
    ...bytesNeedles('raw key', raw),
  ]
  return {
    apiKey,
    mnemonic: phrase.phrase,
    wrongMnemonic: wrongOrder(phrase.phrase.split(' ')),
    passphrase,
    raw,
    inOrder: [apiKey, Buffer.from(phrase.phrase), Buffer.from(passphrase), raw],
    search: searchFor(needles),
  }
}

/** Every file below a folder; `file: needle` for what was found. */
export const searchFolder = (search: Search, folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name)
      return search.in(readFileSync(path)).map(({ name }) => `${path}: ${name}`)
    })

/** Texts and bytes; what lies in base64url in a JSON text is opened once and searched too. */
export const searchValue = (search: Search, value: string | Uint8Array): string[] => {
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.from(value)
  const inner = [...bytes.toString('latin1').matchAll(/[A-Za-z0-9_-]{40,}/g)].map(([text]) =>
    Buffer.from(text, 'base64url'),
  )
  return [bytes, ...inner].flatMap((one) => search.in(one).map(({ name }) => name))
}
