/**
 * What governors sign, on its way from one to the next: a file of the exact bytes and the
 * signatures that they have so far. Neither the mesh nor a network is needed to sign, so that
 * governors' keys may stay offline.
 */
import { type GovernorSignature, signaturesFromText, signaturesToText } from '@holdfast/attestation'
import { type Bytes, fromBase64Url, toBase64Url } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { base64url, label, parseJson, parseValue } from '@holdfast/base/schema'
import { z } from 'zod'
import { publicFile, readJson, writeJson } from './files.ts'
import type { Governor } from './governors.ts'

/** One kind of what governors sign. */
type Kind<Content> = {
  /** Of the file. */
  readonly format: string
  /** The field of the file that carries the bytes. */
  readonly field: string
  readonly schema: z.ZodType<Content>
  readonly sign: (bytes: Bytes, governorPrivateKey: Bytes) => Bytes
}

export type SignedProposal<Content> = {
  readonly bytes: Bytes
  readonly content: Content
  readonly signatures: readonly GovernorSignature[]
}

export type Proposals<Content> = {
  readonly read: (path: string) => Promise<SignedProposal<Content>>
  readonly write: (path: string, proposal: SignedProposal<Content>) => Promise<void>
  /** Adds a governor's signature; refuses with `conflict` where it is there already. */
  readonly sign: (proposal: SignedProposal<Content>, governor: Governor) => SignedProposal<Content>
  readonly signByAll: (
    proposal: SignedProposal<Content>,
    governors: readonly Governor[],
  ) => SignedProposal<Content>
}

export const proposalsOf = <Content>(kind: Kind<Content>): Proposals<Content> => {
  const { format, field, schema } = kind
  const envelope = z.strictObject({
    format: z.literal(format),
    signatures: z.array(z.strictObject({ governor: label, signature: base64url })).max(64),
  })
  const sign: Proposals<Content>['sign'] = (proposal, governor) => {
    const { bytes, signatures } = proposal
    if (signatures.some((one) => one.governor === governor.id)) {
      return fail('conflict', 'this governor has signed it already', governor.id)
    }
    const signature = kind.sign(bytes, fromBase64Url(governor.privateKey))
    return { ...proposal, signatures: [...signatures, { governor: governor.id, signature }] }
  }
  return {
    async read(path) {
      const { [field]: body, ...rest } = await readJson(path, z.record(z.string(), z.unknown()))
      const { signatures } = parseValue(envelope, rest)
      const bytes = fromBase64Url(parseValue(base64url, body))
      const content = parseJson(schema, bytes)
      return { bytes, content, signatures: signaturesFromText(signatures) }
    },
    write(path, { bytes, signatures }) {
      const body = { [field]: toBase64Url(bytes) }
      return writeJson(
        path,
        { format, ...body, signatures: signaturesToText(signatures) },
        publicFile,
      )
    },
    sign,
    signByAll: (proposal, governors) => governors.reduce(sign, proposal),
  }
}
