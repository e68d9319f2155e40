/** A sealed session of a simulated client with the enclave of a node, frame by frame. */
import type { Authorisation } from '@holdfast/base/authorisation'
import { type Bytes, fromUtf8 } from '@holdfast/base/bytes'
import { type ErrorCode, type Result, refuse } from '@holdfast/base/errors'
import { startNoise } from '@holdfast/base/noise'
import { encodeSessionRequest, parseSessionAnswer, sessionPrologue } from '@holdfast/base/session'
import type { Random } from './random.ts'
import type { SimulatedNode } from './simulated-node.ts'

export type SealedLink = {
  ask<Value>(request: Bytes, proofs?: readonly Authorisation[]): Promise<Result<Value>>
}

/** Undefined where the node opens none. */
export const openLink = async (
  { core, identity, crypto }: SimulatedNode,
  random: Random,
): Promise<SealedLink | undefined> => {
  const prologue = sessionPrologue(crypto.sha256(identity.document))
  const started = startNoise({
    primitives: crypto,
    prologue,
    ephemeralPrivateKey: random.bytes(32),
    responderPublicKey: identity.sealingPublicKey,
  })
  if (!started.ok) return undefined
  const { boot } = identity
  const opened = await core.openSession({ boot, prologue, message: started.value.message })
  if (!opened.ok) return undefined
  const finished = started.value.finish(opened.value.message)
  if (!finished.ok) return undefined
  const { channel } = finished.value
  let number = 0
  return {
    ask: async <Value>(request: Bytes, authorisations: readonly Authorisation[] = []) => {
      number += 1
      const frame = channel.send.seal(encodeSessionRequest({ number, request, authorisations }))
      if (!frame.ok) return frame
      const answer = await core.sessionFrame(opened.value.session, frame.value)
      if (!answer.ok) return answer
      const plain = channel.receive.open(answer.value)
      if (!plain.ok) return plain
      const { status, body } = parseSessionAnswer(plain.value)
      const said = JSON.parse(fromUtf8(body)) as Value & { code: ErrorCode }
      return status < 400 ? { ok: true, value: said } : refuse(said.code, 'by the enclave')
    },
  }
}
