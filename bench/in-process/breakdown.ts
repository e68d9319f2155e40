/** Where the time of `core.sign` goes: each step on its own, with the inputs of a real request. */
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { createNoiseCipher } from '@holdfast/base/noise-cipher'
import { parseRequest } from '@holdfast/base/requests/request'
import type { Sign } from '@holdfast/base/requests/sign'
import {
  encodeSessionAnswer,
  encodeSessionRequest,
  parseSessionRequest,
} from '@holdfast/base/session'
import type { Wallet } from '@holdfast/base/wallet'
import { evaluate } from '@holdfast/enclave/policy/evaluate'
import type { Decoded } from '@holdfast/enclave/signing/chain-signer'
import { checkDigests } from '@holdfast/enclave/signing/check-digests'
import { decodePayload } from '@holdfast/enclave/signing/decode'
import { must } from '../client/session.ts'
import { signRequests } from '../client/sign-requests.ts'
import type { LeanCore } from './lean-core.ts'
import { type CpuMicros, measureLoop } from './measure.ts'

export type Breakdown = Readonly<Record<string, CpuMicros>>

type Sample = {
  readonly bytes: Bytes
  readonly request: Sign
  readonly decoded: Decoded
  readonly wallet: Wallet
}

const sampleOf = (
  { crypto }: LeanCore,
  wallet: Wallet,
): Sample & { readonly decode: () => Decoded } => {
  const bytes = signRequests(wallet)()
  const request = parseRequest(bytes) as Sign
  const [account] = wallet.accounts
  const { payload } = request
  const decode = (): Decoded => must(decodePayload({ payload, account, crypto }))
  return { bytes, request, decoded: decode(), wallet, decode }
}

const judge = (lean: LeanCore, { decoded, wallet, request }: Sample) => {
  const { id, person, kind } = lean.owner.credential
  const proofs = [{ person, credential: id, kind, over: 'session' as const }]
  const account = request.account as NonNullable<typeof request.account>
  const subject = { intent: decoded.intent, account }
  return () => must(evaluate(wallet.policy, { operation: 'sign', proofs, subject }))
}

const signerOf = ({ keys, accounts }: Wallet) => {
  const [[key], [account]] = [keys, accounts]
  if (key === undefined || account === undefined) throw new Error('the wallet has no account')
  return { key, account }
}

/** Frame opened and read, answer written and sealed. */
const sealing = ({ crypto }: LeanCore, { bytes, decoded }: Sample) => {
  const key = new Uint8Array(32)
  const [first, second] = [createNoiseCipher(crypto, key), createNoiseCipher(crypto, key)]
  const body = utf8(JSON.stringify(decoded.intent).repeat(3))
  const frame = encodeSessionRequest({ number: 1, request: bytes, authorisations: [] })
  return () => {
    parseSessionRequest(frame)
    // Sealing and opening cost the same: two frames that are sealed stand for one of each.
    must(first.seal(frame))
    must(second.seal(encodeSessionAnswer({ number: 1, status: 200, body })))
  }
}

export const measureBreakdown = async (lean: LeanCore, seconds: number): Promise<Breakdown> => {
  const { crypto } = lean
  const { secp256k1 } = crypto
  const wallet = await lean.create()
  const sample = sampleOf(lean, wallet)
  const privateKey = lean.entropy.bytes(32)
  const publicKey = secp256k1.publicKey(privateKey)
  const { bytes } = sample
  const signer = signerOf(wallet)
  const digest = crypto.keccak256(sample.bytes)
  const { signature } = secp256k1.sign({ digest, privateKey })
  const steps = {
    sign: () => secp256k1.sign({ digest, privateKey }),
    verify: () => secp256k1.verify({ digest, signature, publicKey }),
    parse: () => parseRequest(sample.bytes),
    decode: sample.decode,
    policy: judge(lean, sample),
    'digest again': () => checkDigests({ bytes, signer, tasks: sample.decoded.tasks, crypto }),
    seal: sealing(lean, sample),
  }
  const measured: Record<string, CpuMicros> = {}
  for (const [name, step] of Object.entries(steps))
    measured[name] = await measureLoop(step, seconds)
  return measured
}
