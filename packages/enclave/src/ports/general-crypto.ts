/**
 * Cryptography of general KMIP objects as a port: synchronous, the algorithms that KMIP names and
 * the core's own port does not have. Private keys are PKCS#8, public keys SPKI, both in DER. What
 * a library cannot do is refused: `unsupported`; a key or data that does not fit: `bad_key`,
 * `bad_seal`, `invalid_field`.
 */
import type { Bytes } from '@holdfast/base/bytes'

/** Names of OpenSSL: `sha256`, `sha3-256`, `sha512-256`, `ripemd160`, `md5`. */
export type HashName = string

export type CipherInput = {
  /** A name of OpenSSL without length: `aes-cbc`, `des-ede3-ecb`, `chacha20-poly1305`. */
  readonly cipher: string
  readonly key: Bytes
  readonly iv: Bytes | undefined
  readonly data: Bytes
  /** Of block modes: whether PKCS#5 padding is added and taken off. */
  readonly padding: boolean
  /** Of authenticated ciphers. */
  readonly tagLength?: number | undefined
  readonly tag?: Bytes | undefined
  readonly associatedData?: Bytes | undefined
}

export type RsaPadding =
  | { readonly type: 'none' | 'pkcs1' }
  | {
      readonly type: 'oaep'
      readonly hash: HashName
      readonly maskHash: HashName
      readonly label: Bytes
    }

export type SignatureScheme =
  | { readonly type: 'rsa-pkcs1' | 'ecdsa' | 'dsa' | 'ed25519'; readonly hash: HashName }
  | {
      readonly type: 'rsa-pss'
      readonly hash: HashName
      readonly maskHash: HashName
      readonly saltLength: number | undefined
    }

export type KeyPairKind =
  | { readonly type: 'rsa'; readonly bits: number; readonly exponent: number }
  | { readonly type: 'ec'; readonly curve: string }
  | { readonly type: 'dsa'; readonly bits: number }
  | { readonly type: 'dh'; readonly bits: number }
  | { readonly type: 'ed25519' | 'ed448' | 'x25519' | 'x448' }

/** How key bytes are written. */
export type KeyEncoding = 'pkcs8' | 'spki' | 'pkcs1' | 'sec1'

/** A key as the numbers of its JSON Web Key, each big-endian. */
export type KeyNumbers = Readonly<Record<string, string>>

export type KeyFacts = {
  /** `rsa`, `ec`, `dsa`, `ed25519`, … */
  readonly type: string
  readonly bits: number
  /** OpenSSL's name of the curve. */
  readonly curve: string | undefined
}

export type CertificateFacts = {
  readonly serialNumber: Bytes
  readonly subject: string
  readonly issuer: string
  readonly subjectDer: Bytes
  readonly issuerDer: Bytes
  readonly publicKey: Bytes
  /** OID of the algorithm of its signature. */
  readonly signatureOid: string
  readonly validFromMs: number
  readonly validToMs: number
  /** It says that its key may sign other certificates (RFC 5280 §4.2.1.9). */
  readonly isAuthority: boolean
}

export type CipherStream = {
  update(data: Bytes): Bytes
  final(): { readonly data: Bytes; readonly tag: Bytes | undefined }
}

export type Signer = {
  readonly facts: KeyFacts
  sign(scheme: SignatureScheme, data: Bytes): Bytes
}

export type GeneralCrypto = {
  hash(name: HashName, data: Bytes): Bytes
  hmac(name: HashName, key: Bytes, data: Bytes): Bytes
  encrypt(input: CipherInput): { readonly data: Bytes; readonly tag: Bytes | undefined }
  decrypt(input: CipherInput): Bytes
  rsaEncrypt(publicKey: Bytes, padding: RsaPadding, data: Bytes): Bytes
  rsaDecrypt(privateKey: Bytes, padding: RsaPadding, data: Bytes): Bytes
  sign(privateKey: Bytes, scheme: SignatureScheme, data: Bytes): Bytes
  /** A private key made ready to sign; its signatures are verified before they are given. */
  openSigner(privateKey: Bytes): Signer
  verify(publicKey: Bytes, scheme: SignatureScheme, data: Bytes, signature: Bytes): boolean
  /** Fresh keys, from the library's own generator. */
  generateKeyPair(kind: KeyPairKind): { readonly privateKey: Bytes; readonly publicKey: Bytes }
  publicKeyOf(privateKey: Bytes): Bytes
  /** Any encoding of a private key as PKCS#8, of a public key as SPKI. */
  readPrivateKey(key: Bytes, encoding: KeyEncoding): Bytes
  readPublicKey(key: Bytes, encoding: KeyEncoding): Bytes
  writePrivateKey(key: Bytes, encoding: KeyEncoding): Bytes
  writePublicKey(key: Bytes, encoding: KeyEncoding): Bytes
  privateKeyOfNumbers(numbers: KeyNumbers): Bytes
  publicKeyOfNumbers(numbers: KeyNumbers): Bytes
  privateKeyNumbers(key: Bytes): KeyNumbers
  publicKeyNumbers(key: Bytes): KeyNumbers
  privateKeyFacts(key: Bytes): KeyFacts
  publicKeyFacts(key: Bytes): KeyFacts
  pbkdf2(name: HashName, password: Bytes, salt: Bytes, rounds: number, length: number): Bytes
  hkdf(name: HashName, key: Bytes, salt: Bytes, info: Bytes, length: number): Bytes
  agree(privateKey: Bytes, publicKey: Bytes): Bytes
  readCertificate(certificate: Bytes): CertificateFacts
  /** Whether `certificate` is signed by the key of `issuer`. */
  isSignedBy(certificate: Bytes, issuer: Bytes): boolean
  /** Whether a PKCS#10 request is signed by the key in it. */
  isSelfSignedRequest(request: Bytes, publicKey: Bytes): boolean
  /** Encrypts in parts; the last part gives what is left, and the tag. */
  startEncrypt(input: Omit<CipherInput, 'data'>): CipherStream
}
