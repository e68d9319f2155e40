/**
 * A statement on boots on its way from governor to governor: the exact bytes, and the signatures
 * that it has so far. Neither the mesh nor a network is needed to sign.
 */
import {
  encodeBootStatement,
  encodeSignedStatement,
  type GovernorSignature,
  signBootStatement,
  type VerifiedManifest,
} from '@holdfast/attestation'
import { type BootStatement, bootStatementSchema } from '@holdfast/base/boot-statement'
import { type Bytes, fromBase64Url, toBase64Url } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { base64url, label, parseJson } from '@holdfast/base/schema'
import { z } from 'zod'
import { publicFile, readJson, writeJson } from './files.ts'
import type { Governor } from './governors.ts'

const format = 'holdfast boots proposal v1'

const proposalFile = z.strictObject({
  format: z.literal(format),
  statement: base64url,
  signatures: z.array(z.strictObject({ governor: label, signature: base64url })).max(64),
})

export type BootProposal = {
  readonly bytes: Bytes
  readonly statement: BootStatement
  readonly signatures: readonly GovernorSignature[]
}

/** For the governors of `manifest`; throws `invalid_field`: no boot, or one named twice. */
export const proposeBoots = (
  { mesh, manifest }: VerifiedManifest,
  boots: BootStatement['boots'],
  times: { readonly nowMs: number; readonly lifetimeMs: number },
): BootProposal => {
  const parsed = bootStatementSchema.safeParse({
    format: 'holdfast boots v1',
    mesh,
    serial: manifest.serial,
    issuedAt: new Date(times.nowMs).toISOString(),
    expiresAt: new Date(times.nowMs + times.lifetimeMs).toISOString(),
    boots,
  })
  if (!parsed.success) return fail('invalid_field', 'no boot is waiting, or one is named twice')
  return { bytes: encodeBootStatement(parsed.data), statement: parsed.data, signatures: [] }
}

export const readBootProposal = async (path: string): Promise<BootProposal> => {
  const file = await readJson(path, proposalFile)
  const bytes = fromBase64Url(file.statement)
  const signatures = file.signatures.map(({ governor, signature }) => ({
    governor,
    signature: fromBase64Url(signature),
  }))
  return { bytes, statement: parseJson(bootStatementSchema, bytes), signatures }
}

export const writeBootProposal = (
  path: string,
  { bytes, signatures }: BootProposal,
): Promise<void> => {
  const signed = signatures.map(({ governor, signature }) => ({
    governor,
    signature: toBase64Url(signature),
  }))
  const file = { format, statement: toBase64Url(bytes), signatures: signed }
  return writeJson(path, file, publicFile)
}

/** Adds a governor's signature, once. */
export const signBootProposal = (proposal: BootProposal, governor: Governor): BootProposal => {
  const { bytes, signatures } = proposal
  if (signatures.some((one) => one.governor === governor.id)) {
    return fail('conflict', 'this governor has signed it already', governor.id)
  }
  const signature = signBootStatement(bytes, fromBase64Url(governor.privateKey))
  return { ...proposal, signatures: [...signatures, { governor: governor.id, signature }] }
}

/** What a node takes. */
export const signedBoots = ({ bytes, signatures }: BootProposal): Bytes =>
  encodeSignedStatement(bytes, signatures)
