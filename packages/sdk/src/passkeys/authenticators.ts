/** What the client uses of a browser's `navigator.credentials` (WebAuthn Level 3 §5). */
import { fail } from '@holdfast/base/errors'

type Source = ArrayBuffer | ArrayBufferView<ArrayBuffer>
type Descriptor = { type: 'public-key'; id: Source }

export type AssertionRequest = {
  publicKey: {
    challenge: Source
    rpId: string
    allowCredentials: Descriptor[]
    userVerification: 'required'
    timeout: number
  }
}

export type RegistrationRequest = {
  publicKey: {
    challenge: Source
    rp: { id: string; name: string }
    user: { id: Source; name: string; displayName: string }
    pubKeyCredParams: { type: 'public-key'; alg: number }[]
    excludeCredentials: Descriptor[]
    authenticatorSelection: { userVerification: 'required'; residentKey: 'preferred' }
    attestation: 'none'
    timeout: number
  }
}

/** The parts of a PublicKeyCredential's response, of an assertion or of a registration. */
export type Answered = {
  readonly response?: {
    readonly authenticatorData?: ArrayBuffer
    readonly clientDataJSON?: ArrayBuffer
    readonly signature?: ArrayBuffer
    getAuthenticatorData?(): ArrayBuffer
  }
}

/** The browser's own, or what stands in its place. */
export type Authenticators = {
  create(request: RegistrationRequest): Promise<Answered | null>
  get(request: AssertionRequest): Promise<Answered | null>
}

type Page = { readonly hostname: string; readonly origin: string }

/** Fails with `unsupported` outside of browsers. */
export const authenticatorsOf = (given: Authenticators | undefined): Authenticators => {
  const own = Reflect.get(globalThis, 'navigator') as { credentials?: Authenticators } | undefined
  return given ?? own?.credentials ?? fail('unsupported', 'this runtime has no authenticators')
}

/** Domain and origin of the page. Fails with `unsupported` outside of browsers. */
export const ownPage = (): Page =>
  (Reflect.get(globalThis, 'location') as Page | undefined) ??
  fail('unsupported', 'outside of a page, name the domain and its origins')
