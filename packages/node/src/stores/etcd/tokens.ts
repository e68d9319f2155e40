/** Tokens of etcd's authentication: one for all members, asked for once by all who need it. */
import { Metadata } from '@grpc/grpc-js'
import { type Bytes, fromUtf8, utf8 } from '@holdfast/base/bytes'
import type { Answer } from './ask.ts'
import type { EtcdAddress } from './etcd-config.ts'
import type { RequestOf, ResponseOf } from './messages.ts'

export type Authorised = {
  readonly metadata: Metadata
  /** The token was refused: the next call asks for another. */
  readonly expired: () => void
}

export type Tokens = {
  /** What a call carries; nothing where etcd has no users. */
  authorise(deadlineMs: number): Promise<Answer<Authorised>>
}

type Authenticate = (
  request: RequestOf<'authenticate'>,
  deadlineMs: number,
) => Promise<Answer<ResponseOf<'authenticate'>>>

export const createTokens = (user: EtcdAddress['user'], authenticate: Authenticate): Tokens => {
  let current: Promise<Answer<Bytes>> | undefined

  const askForOne = async (deadlineMs: number): Promise<Answer<Bytes>> => {
    if (user === undefined) return { ok: true, value: new Uint8Array(0) }
    const password = user.password.use((bytes) => Uint8Array.from(bytes))
    const answer = await authenticate({ name: utf8(user.name), password }, deadlineMs)
    password.fill(0)
    return answer.ok ? { ok: true, value: answer.value.token } : answer
  }

  return {
    authorise: async (deadlineMs) => {
      const asked = (current ??= askForOne(deadlineMs))
      const expired = (): void => {
        if (current === asked) current = undefined
      }
      const token = await asked
      if (!token.ok) {
        expired()
        return token
      }
      const metadata = new Metadata()
      if (token.value.length > 0) metadata.set('token', fromUtf8(token.value))
      return { ok: true, value: { metadata, expired } }
    },
  }
}
