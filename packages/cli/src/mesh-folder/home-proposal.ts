/**
 * A statement on homes on its way from governor to governor: the exact bytes, and the signatures
 * that it has so far. Neither the mesh nor a network is needed to sign.
 */
import {
  encodeHomeStatement,
  encodeSignedStatement,
  type GovernorSignature,
  signHomeStatement,
  type VerifiedManifest,
} from '@holdfast/attestation'
import { type Bytes, fromBase64Url, toBase64Url } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { type HomeStatement, homeStatementSchema } from '@holdfast/base/home-statement'
import { base64url, label, parseJson } from '@holdfast/base/schema'
import { z } from 'zod'
import { publicFile, readJson, writeJson } from './files.ts'
import type { Governor } from './governors.ts'

const proposalFile = z.strictObject({
  format: z.literal('holdfast homes proposal v1'),
  statement: base64url,
  signatures: z.array(z.strictObject({ governor: label, signature: base64url })).max(64),
})

export type HomeProposal = {
  readonly bytes: Bytes
  readonly statement: HomeStatement
  readonly signatures: readonly GovernorSignature[]
}

/** For the governors of `manifest`; throws `invalid_field` where it breaks a rule. */
export const proposeHomes = (
  { mesh, manifest }: VerifiedManifest,
  said: Pick<HomeStatement, 'moves' | 'givenUp'>,
  times: { readonly nowMs: number; readonly lifetimeMs: number },
): HomeProposal => {
  const parsed = homeStatementSchema.safeParse({
    format: 'holdfast homes v1',
    mesh,
    serial: manifest.serial,
    issuedAt: new Date(times.nowMs).toISOString(),
    expiresAt: new Date(times.nowMs + times.lifetimeMs).toISOString(),
    ...said,
  })
  if (!parsed.success) return fail('invalid_field', 'name moves, or zones to give up, once each')
  return { bytes: encodeHomeStatement(parsed.data), statement: parsed.data, signatures: [] }
}

export const readHomeProposal = async (path: string): Promise<HomeProposal> => {
  const file = await readJson(path, proposalFile)
  const bytes = fromBase64Url(file.statement)
  const signatures = file.signatures.map(({ governor, signature }) => ({
    governor,
    signature: fromBase64Url(signature),
  }))
  return { bytes, statement: parseJson(homeStatementSchema, bytes), signatures }
}

export const writeHomeProposal = (
  path: string,
  { bytes, signatures }: HomeProposal,
): Promise<void> =>
  writeJson(
    path,
    {
      format: 'holdfast homes proposal v1',
      statement: toBase64Url(bytes),
      signatures: signatures.map(({ governor, signature }) => ({
        governor,
        signature: toBase64Url(signature),
      })),
    },
    publicFile,
  )

/** Adds a governor's signature, once. */
export const signHomeProposal = (proposal: HomeProposal, governor: Governor): HomeProposal => {
  const { bytes, signatures } = proposal
  if (signatures.some((one) => one.governor === governor.id)) {
    return fail('conflict', 'this governor has signed it already', governor.id)
  }
  const signature = signHomeStatement(bytes, fromBase64Url(governor.privateKey))
  return { ...proposal, signatures: [...signatures, { governor: governor.id, signature }] }
}

/** What a node takes. */
export const signedHomes = ({ bytes, signatures }: HomeProposal): Bytes =>
  encodeSignedStatement(bytes, signatures)
