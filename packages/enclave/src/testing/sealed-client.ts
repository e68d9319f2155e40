/** A client in tests that speaks through a sealed session. */
import type { Authorisation } from '@holdfast/base/authorisation'
import { type Bytes, fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@holdfast/base/bytes'
import type { ErrorCode } from '@holdfast/base/errors'
import type { Evidence } from '@holdfast/base/evidence'
import type { Identity } from '@holdfast/base/identity'
import { startNoise } from '@holdfast/base/noise'
import { encodeSessionRequest, parseSessionAnswer, sessionPrologue } from '@holdfast/base/session'
import { createEntropy } from '../crypto/entropy.ts'
import type { TestAnswer } from './test-client.ts'
import type { TestMesh } from './test-mesh.ts'

export type SealedClient = {
  ask<Value>(request: object | Bytes, proofs?: readonly Authorisation[]): Promise<TestAnswer<Value>>
}

type Met = {
  readonly verdict: { readonly identity: Pick<Identity, 'boot' | 'sealingPublicKey'> }
  readonly evidence: Pick<Evidence, 'identity'>
}

/** A session with the enclave of a zone, over its own node, by the first identity of its boot. */
export const sealedClient = (mesh: TestMesh, zone: string): Promise<SealedClient> => {
  const { document, sealingPublicKey, boot } = mesh.node(zone).identity
  const identity = { boot, sealingPublicKey: toBase64Url(sealingPublicKey) }
  return openSealed(mesh, zone, { verdict: { identity }, evidence: { identity: document } })
}

/** The same by evidence that was verified; throws the code of a refusal. */
export const openSealed = async (
  mesh: TestMesh,
  zone: string,
  { verdict, evidence }: Met,
): Promise<SealedClient> => {
  const { core } = mesh.node(zone)
  const { boot, sealingPublicKey } = verdict.identity
  const prologue = sessionPrologue(mesh.crypto.sha256(evidence.identity))
  const started = startNoise({
    primitives: mesh.crypto,
    prologue,
    ephemeralPrivateKey: createEntropy().bytes(32),
    responderPublicKey: fromBase64Url(sealingPublicKey),
  })
  if (!started.ok) throw new Error('no handshake')
  const opened = await core.openSession({ boot, prologue, message: started.value.message })
  if (!opened.ok) throw new Error(opened.refusal.code)
  const finished = started.value.finish(opened.value.message)
  if (!finished.ok) throw new Error('no channel')
  const { channel } = finished.value
  let number = 0
  return {
    ask: async <Value>(asked: object | Bytes, authorisations: readonly Authorisation[] = []) => {
      number += 1
      const request = asked instanceof Uint8Array ? asked : utf8(JSON.stringify(asked))
      const frame = channel.send.seal(encodeSessionRequest({ number, request, authorisations }))
      if (!frame.ok) throw new Error('no frame')
      const answer = await core.sessionFrame(opened.value.session, frame.value)
      if (!answer.ok) throw new Error(answer.refusal.code)
      const plain = channel.receive.open(answer.value)
      if (!plain.ok) throw new Error('not sealed for us')
      const { status, body } = parseSessionAnswer(plain.value)
      const said = JSON.parse(fromUtf8(body)) as Value & { code: ErrorCode; subject?: string }
      return status < 400
        ? { ok: true, value: said }
        : { ok: false, code: said.code, subject: said.subject }
    },
  }
}
