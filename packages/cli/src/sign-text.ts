/** A signature in words: what was signed and by whom; the signature alone on stdout. */
import type { Intent, SignAnswer, Signed } from '@holdfast/sdk'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

type ByKind<Kinds extends { readonly kind: string }> = {
  readonly [Kind in Kinds['kind']]: (value: Extract<Kinds, { kind: Kind }>) => string
}
type Effect = Intent['effects'][number]
type ByType = {
  readonly [Type in Effect['type']]: (effect: Extract<Effect, { type: Type }>) => string
}

const signatures: ByKind<Signed> = {
  'ethereum.transaction': ({ transaction }) => `0x${transaction}`,
  'ethereum.signature': ({ signature }) => `0x${signature}`,
  'ethereum.authorization': ({ yParity, r, s }) =>
    JSON.stringify({ yParity, r: `0x${r}`, s: `0x${s}` }),
  'bitcoin.psbt': ({ transaction, psbt }) => transaction ?? psbt,
  'solana.signature': ({ signature }) => signature,
  'raw.signature': ({ signature }) => signature,
}

/** The one value that other programs want of a signature. */
export const signatureText = (signed: Signed): string =>
  (signatures[signed.kind] as (value: Signed) => string)(signed)

const effects: ByType = {
  transfer: ({ amount, asset, to }) => `transfer ${amount} of ${asset} to ${to}`,
  approve: ({ spender, amount, asset }) => `let ${spender} take up to ${amount} of ${asset}`,
  order: ({ amount, asset, to, receives }) =>
    `let others take ${amount} of ${asset} through ${to} for ` +
    (receives.map((one) => `${one.amount} of ${one.asset}`).join(' and ') || 'nothing'),
  call: ({ to, value }) => `call ${to} with ${value}`,
  deploy: ({ value }) => `deploy a contract with ${value}`,
  delegate: ({ to, network }) => `delegate the account to ${to} on network ${network}`,
  message: () => 'a message',
  unknown: ({ reason }) => `not decoded: ${reason}`,
}

/** What one effect does, in words. */
export const effectText = (effect: Effect): string =>
  (effects[effect.type] as (effect: Effect) => string)(effect)

/** Of `--wait`: `approvals show` then has the signature. */
export const waitWords = 'where persons are missing, wait a day for their approval'

/** The decoded intent to stderr, the signature to stdout. */
export const showSignature = (talk: Terminal, answer: SignAnswer): void => {
  const { decoded, receipt, signed } = answer
  const by = receipt.relayedBy === undefined ? '' : `, passed on by ${receipt.relayedBy.zone}`
  const network = decoded.network === undefined ? '' : ` ${decoded.network}`
  const rows = [
    ['signed', `${decoded.kind} on ${decoded.chain}${network}`],
    ...decoded.effects.map((effect) => ['', effectText(effect)]),
    ...(decoded.fee === undefined ? [] : [['fee', `at most ${decoded.fee}`]]),
    ['rule', `${receipt.rule} (policy ${receipt.policyVersion}), by ${receipt.persons.join(', ')}`],
    ['enclave', `${receipt.node.zone} ${receipt.node.boot}${by}`],
  ]
  talk.say(table(rows))
  talk.data(answer, signatureText(signed))
}
