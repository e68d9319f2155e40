/** Derivation methods (KMIP 2.1 §7.12, §11.16). */
import { type Bytes, concat, uintToBytes } from '@holdfast/base/bytes'
import type { RequestPayload } from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import { readPrivate, readPublic } from '../objects/asymmetric-keys.ts'
import { bytesOfBlock, keyBlockOf } from '../objects/key-values.ts'
import type { Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import { hashName, hmacHash } from './names.ts'
import { encryptWith } from './symmetric.ts'

type Request = RequestPayload<'DeriveKey'>
type Derivation = {
  readonly scope: Scope
  readonly key: Bytes
  /** Data of the request, or else the value of a second object. */
  readonly data: Bytes
  readonly parameters: Request['derivationParameters']
  readonly algorithm: string | number | undefined
  readonly length: number
}

const missing = (): never => failWith('InvalidMessage', 'a derivation parameter is missing')

const hashOf = ({ parameters, algorithm }: Derivation): string => {
  const { hashingAlgorithm, cryptographicAlgorithm } = parameters.cryptographicParameters ?? {}
  if (hashingAlgorithm !== undefined) return hashName(hashingAlgorithm)
  return hmacHash(cryptographicAlgorithm ?? algorithm ?? '') ?? 'sha256'
}

const cut = (bytes: Bytes, length: number): Bytes =>
  bytes.length >= length
    ? bytes.slice(0, length)
    : failWith('CryptographicFailure', 'the method does not give so many bytes')

const roundsMax = 1_000_000

const pbkdf2 = (derivation: Derivation): Bytes => {
  const { scope, key, parameters, length } = derivation
  const { salt = missing(), iterationCount = missing() } = parameters
  if (iterationCount < 1 || iterationCount > roundsMax) {
    return failWith('InvalidField', 'not so many iterations')
  }
  return scope.crypto.pbkdf2(hashOf(derivation), key, salt, iterationCount, length)
}

const hash = (derivation: Derivation): Bytes => {
  const { scope, key, data, length } = derivation
  return cut(scope.crypto.hash(hashOf(derivation), concat(key, data)), length)
}

const hmac = (derivation: Derivation): Bytes => {
  const { scope, key, data, length } = derivation
  return cut(scope.crypto.hmac(hashOf(derivation), key, data), length)
}

const encrypt = ({ scope, key, data, parameters, algorithm, length }: Derivation): Bytes => {
  const encrypted = encryptWith(scope, {
    key,
    algorithm: (algorithm ?? 'AES') as 'AES',
    parameters: parameters.cryptographicParameters ?? {},
    data,
    iv: parameters.initializationVector,
    associatedData: undefined,
  })
  return cut(encrypted.data, length)
}

/** SP 800-108 with HMAC and a counter of four bytes; `order` puts the parts of a block together. */
const keyed =
  (order: (previous: Bytes, counter: Bytes, data: Bytes) => Bytes) =>
  (derivation: Derivation): Bytes => {
    const { scope, key, data, length } = derivation
    const blocks: Bytes[] = []
    let previous: Bytes = new Uint8Array(0)
    for (let made = 0, number = 1n; made < length; number += 1n) {
      const input = order(previous, uintToBytes(number, 4), data)
      previous = scope.crypto.hmac(hashOf(derivation), key, input)
      blocks.push(previous)
      made += previous.length
    }
    return concat(...blocks).slice(0, length)
  }

const hkdf = (derivation: Derivation): Bytes => {
  const { scope, key, data, parameters, length } = derivation
  const salt = parameters.salt ?? new Uint8Array(0)
  return scope.crypto.hkdf(hashOf(derivation), key, salt, data, length)
}

const methods: Readonly<Record<string, (derivation: Derivation) => Bytes>> = {
  PBKDF2: pbkdf2,
  HASH: hash,
  HMAC: hmac,
  ENCRYPT: encrypt,
  NIST800_108_C: keyed((_previous, counter, data) => concat(counter, data)),
  NIST800_108_F: keyed((previous, counter, data) => concat(previous, counter, data)),
  HKDF: hkdf,
}

const agree = async (
  scope: Scope,
  objects: readonly KmipObject[],
  length: number,
): Promise<Bytes> => {
  const values = await Promise.all(objects.map((object) => scope.work.payload(object)))
  const own = values.find(({ type }) => type === 'PrivateKey')
  const other = values.find(({ type }) => type === 'PublicKey')
  const block = own === undefined ? undefined : keyBlockOf(own)
  if (block === undefined || other === undefined) {
    return failWith('InvalidField', 'an agreement needs a private and a public key')
  }
  const shared = scope.crypto.agree(
    readPrivate(scope.crypto, block),
    readPublic(scope.crypto, other),
  )
  return cut(shared, length)
}

export const deriveBytes = async (
  scope: Scope,
  bases: readonly KmipObject[],
  request: Request,
  length: number,
): Promise<Bytes> => {
  if (request.derivationMethod === 'AsymmetricKey') return agree(scope, bases, length)
  const method = methods[request.derivationMethod]
  if (method === undefined) return failWith('FeatureNotSupported', 'keys are not derived so')
  const [first, second] = await Promise.all(bases.map((object) => scope.work.payload(object)))
  const block = first === undefined ? undefined : keyBlockOf(first)
  if (block === undefined) return failWith('InvalidObjectType', 'nothing is derived from this')
  const dataBlock = second === undefined ? undefined : keyBlockOf(second)
  const { derivationData } = request.derivationParameters
  const data = derivationData ?? (dataBlock === undefined ? undefined : bytesOfBlock(dataBlock))
  return method({
    scope,
    key: bytesOfBlock(block),
    data: data ?? new Uint8Array(0),
    parameters: request.derivationParameters,
    algorithm: block.cryptographicAlgorithm,
    length,
  })
}
