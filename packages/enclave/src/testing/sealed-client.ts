/** A client in tests that speaks through a sealed session. */
import type { Authorisation } from '@holdfast/base/authorisation'
import { type Bytes, fromUtf8, utf8 } from '@holdfast/base/bytes'
import type { ErrorCode } from '@holdfast/base/errors'
import { startNoise } from '@holdfast/base/noise'
import { encodeSessionRequest, parseSessionAnswer, sessionPrologue } from '@holdfast/base/session'
import { createEntropy } from '../crypto/entropy.ts'
import type { TestAnswer } from './test-client.ts'
import type { TestMesh } from './test-mesh.ts'

export type SealedClient = {
  ask<Value>(request: object | Bytes, proofs?: readonly Authorisation[]): Promise<TestAnswer<Value>>
}

/** A session with the enclave of a zone, over its own node. */
export const sealedClient = async (mesh: TestMesh, zone: string): Promise<SealedClient> => {
  const { core, identity } = mesh.node(zone)
  const prologue = sessionPrologue(mesh.crypto.sha256(identity.document))
  const started = startNoise({
    primitives: mesh.crypto,
    prologue,
    ephemeralPrivateKey: createEntropy().bytes(32),
    responderPublicKey: identity.sealingPublicKey,
  })
  if (!started.ok) throw new Error('no handshake')
  const { boot } = identity
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
