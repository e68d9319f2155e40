/** Asks an authenticator of a real browser's page, whatever the page itself would have asked. */
import { type Bytes, fromBase64Url, toBase64Url } from '@holdfast/base/bytes'
import type { PasskeyProof } from '@holdfast/base/passkey-proof'
import type { Page } from 'playwright-core'

export type Question = {
  readonly challenge: Bytes
  readonly rpId: string
  readonly handle: string
  readonly userVerification?: 'required' | 'discouraged'
}

/** Runs in the page: texts in, texts out. */
const inPage = async (asked: {
  readonly challenge: string
  readonly rpId: string
  readonly handle: string
  readonly userVerification: 'required' | 'discouraged'
}): Promise<readonly string[]> => {
  const decode = (text: string): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) =>
      one.charCodeAt(0),
    )
  const encode = (bytes: ArrayBuffer): string =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')
  const found = (await navigator.credentials.get({
    publicKey: {
      challenge: decode(asked.challenge),
      rpId: asked.rpId,
      allowCredentials: [{ type: 'public-key', id: decode(asked.handle) }],
      userVerification: asked.userVerification,
    },
  })) as PublicKeyCredential
  const { authenticatorData, clientDataJSON, signature } =
    found.response as AuthenticatorAssertionResponse
  return [authenticatorData, clientDataJSON, signature].map(encode)
}

export const assertIn = async (page: Page, question: Question): Promise<PasskeyProof> => {
  const { challenge, rpId, handle, userVerification = 'required' } = question
  const parts = await page.evaluate(inPage, {
    challenge: toBase64Url(challenge),
    rpId,
    handle,
    userVerification,
  })
  const [authenticatorData, clientData, signature] = parts.map(fromBase64Url)
  if (authenticatorData === undefined || clientData === undefined || signature === undefined) {
    throw new Error('the page gave no assertion')
  }
  return { authenticatorData, clientData, signature }
}
