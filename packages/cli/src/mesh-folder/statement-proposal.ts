/** What proposals of all kinds of statements have in common. */
import { encodeSignedStatement, type VerifiedManifest } from '@holdfast/attestation'
import type { Bytes } from '@holdfast/base/bytes'
import type { SignedProposal } from './signed-proposal.ts'

export type StatementTimes = { readonly nowMs: number; readonly lifetimeMs: number }

/** The fields that every statement begins with, for the governors of `manifest`. */
export const statementHead = (
  { mesh, manifest }: VerifiedManifest,
  { nowMs, lifetimeMs }: StatementTimes,
) => ({
  mesh,
  serial: manifest.serial,
  issuedAt: new Date(nowMs).toISOString(),
  expiresAt: new Date(nowMs + lifetimeMs).toISOString(),
})

/** What a node takes. */
export const signedStatement = ({ bytes, signatures }: SignedProposal<unknown>): Bytes =>
  encodeSignedStatement(bytes, signatures)
