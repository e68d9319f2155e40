/** The port of general cryptography over the runtime's own (OpenSSL). */
import { createHmac, getHashes, hash, hkdfSync, pbkdf2Sync } from 'node:crypto'
import { fail } from '@holdfast/base/errors'
import type { GeneralCrypto, HashName } from '../../ports/general-crypto.ts'
import { isSelfSignedRequest, isSignedBy, readCertificate } from './certificates.ts'
import { decrypt, encrypt, startEncrypt } from './ciphers.ts'
import * as keys from './keys.ts'
import { openSigner, rsaDecrypt, rsaEncrypt, sign, verify } from './signatures.ts'

export const createGeneralCrypto = (): GeneralCrypto => {
  const hashes = new Set(getHashes().map((name) => name.toLowerCase()))
  const known = (name: HashName): string =>
    hashes.has(name) ? name : fail('unsupported', 'no such hash')
  return {
    encrypt,
    decrypt,
    rsaEncrypt,
    rsaDecrypt,
    sign,
    openSigner,
    verify,
    readCertificate,
    isSignedBy,
    isSelfSignedRequest,
    startEncrypt,
    generateKeyPair: keys.generateKeyPair,
    publicKeyOf: keys.publicKeyOf,
    readPrivateKey: keys.readPrivateKey,
    readPublicKey: keys.readPublicKey,
    writePrivateKey: keys.writePrivateKey,
    writePublicKey: keys.writePublicKey,
    privateKeyOfNumbers: keys.privateKeyOfNumbers,
    publicKeyOfNumbers: keys.publicKeyOfNumbers,
    privateKeyNumbers: keys.privateKeyNumbers,
    publicKeyNumbers: keys.publicKeyNumbers,
    privateKeyFacts: keys.privateKeyFacts,
    publicKeyFacts: keys.publicKeyFacts,
    agree: keys.agree,
    hash: (name, data) => new Uint8Array(hash(known(name), data, 'buffer')),
    hmac: (name, key, data) => new Uint8Array(createHmac(known(name), key).update(data).digest()),
    pbkdf2: (name, password, salt, rounds, length) =>
      new Uint8Array(pbkdf2Sync(password, salt, rounds, length, known(name))),
    hkdf: (name, key, salt, info, length) =>
      new Uint8Array(hkdfSync(known(name), key, salt, info, length)),
  }
}
