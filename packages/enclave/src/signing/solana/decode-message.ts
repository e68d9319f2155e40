/** A Solana transaction's message: what its instructions do, and the signature of one account. */
import { equalBytes, fromHex, toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Effect, Intent } from '@holdfast/base/intent'
import { bytesOf } from '@holdfast/base/schema'
import { base58 } from '@scure/base'
import type { Decode } from '../chain-signer.ts'
import type { SolanaFact } from '../facts.ts'
import { onlySignature } from '../only-signature.ts'
import { solanaFee } from './fee.ts'
import { parseSolanaMessage, type SolanaMessage } from './message.ts'
import { instructionEffects, type OwnerOf, programs, type ResolvedInstruction } from './programs.ts'

type Instructions = readonly ResolvedInstruction[]

const resolve = (message: SolanaMessage): readonly ResolvedInstruction[] => {
  const addresses = message.accounts.map((key) => base58.encode(key))
  return message.instructions.map(({ program, accounts, data }) => ({
    program: addresses[program] as string,
    accounts: accounts.map((index) => addresses[index]),
    data,
  }))
}

/**
 * The associated token program derives the account from owner, mint and token program, and fails
 * the whole transaction where the account is another's: create in the same transaction, and the
 * recipient is known to be that owner. Its accounts: payer, account, owner, mint, system, token.
 */
const derivedOwners = (instructions: readonly ResolvedInstruction[]): OwnerOf => {
  const owners = new Map<string, string>()
  for (const { program, accounts, data } of instructions) {
    const creates = data.length === 0 || (data.length === 1 && (data[0] as number) <= 1)
    const [, account, owner, mint, , token] = accounts
    if (program === programs.associatedToken && creates && owner !== undefined) {
      owners.set(`${account} ${mint} ${token}`, owner)
    }
  }
  return (account, mint, program) => owners.get(`${account} ${mint} ${program}`)
}

/** Runtime: only the first instruction makes a transaction durable. */
const isDurable = ([first]: Instructions): boolean =>
  first?.program === programs.system && toHex(first.data) === '04000000'

const factOf = (message: SolanaMessage, instructions: Instructions): SolanaFact => {
  const nonceAccount = isDurable(instructions) ? instructions[0]?.accounts[0] : undefined
  return {
    programs: instructions.map(({ program }) => program),
    lookupTables: message.lookupTables.map(({ address }) => base58.encode(address)),
    ...(nonceAccount === undefined ? {} : { nonceAccount }),
  }
}

const intentOf = (message: SolanaMessage, instructions: Instructions, own: number): Intent => {
  const ownerOf = derivedOwners(instructions)
  const effects = instructions.flatMap((one) => instructionEffects(one, ownerOf))
  const nothing: Effect = { type: 'unknown', reason: 'no instruction does anything' }
  const durable = isDurable(instructions)
  const payer = own === 0
  const fee = payer ? solanaFee(message.requiredSignatures, instructions) : 0n
  return {
    chain: 'solana',
    network: durable ? 'durable-nonce' : 'recent-blockhash',
    kind: 'transaction',
    effects: effects.length > 0 ? effects : [nothing],
    ...(fee === undefined ? {} : { fee: fee.toString() }),
    details: {
      version: message.version,
      feePayer: base58.encode(message.accounts[0] as Uint8Array),
      signatures: message.requiredSignatures,
      blockhash: base58.encode(message.blockhash),
      programs: instructions.map(({ program }) => program),
      ...(durable ? { nonceAccount: instructions[0]?.accounts[0] ?? 'from a lookup table' } : {}),
      ...(message.lookupTables.length === 0
        ? {}
        : { lookupTables: message.lookupTables.map(({ address }) => base58.encode(address)) }),
    },
  }
}

export const decodeSolanaMessage: Decode<'solana.message'> = ({ payload, account }) => {
  const bytes = bytesOf(payload.message, 'base64url')
  const message = parseSolanaMessage(bytes)
  const publicKey = fromHex(account.publicKey)
  const own = message.accounts.findIndex((key) => equalBytes(key, publicKey))
  if (own < 0 || own >= message.requiredSignatures) {
    return fail('wrong_account', 'the account is not a signer of this transaction')
  }
  const instructions = resolve(message)
  return {
    intent: intentOf(message, instructions, own),
    facts: { solana: factOf(message, instructions) },
    tasks: [{ algorithm: 'ed25519', data: bytes, steps: [], publicKey }],
    finish: (signatures) => ({
      kind: 'solana.signature',
      signature: toHex(onlySignature(signatures).signature),
    }),
  }
}
