/** A KMIP server on loopback for the conformance run: real TLS, its clock set by the runner. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { CredentialId } from '../../../packages/base/src/ids.ts'
import * as x509 from '../../../packages/base/src/x509.ts'
import { createCrypto } from '../../../packages/enclave/src/crypto/create-crypto.ts'
import { createEntropy } from '../../../packages/enclave/src/crypto/entropy.ts'
import { createGeneralCrypto } from '../../../packages/enclave/src/crypto/general/general-crypto.ts'
import {
  createKmipServer,
  type KmipCaller,
} from '../../../packages/enclave/src/kmip/create-kmip-server.ts'
import type { KmipServerFacts } from '../../../packages/enclave/src/kmip/server-facts.ts'
import { type KmipListener, listenKmip } from '../../../packages/node/src/listeners/kmip.ts'
import { listenKmipHttps } from '../../../packages/node/src/listeners/kmip-https.ts'
import { createSealedObjects } from './sealed-objects.ts'
import { makeCertifier } from './test-certifier.ts'
import type { TlsClient } from './transports.ts'

/** A self-signed certificate with a fresh P-256 key. */
export const makeCertificate = (commonName: string): TlsClient => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = x509.buildCertificate({
    serial: Uint8Array.of(1, ...randomBytes(15)),
    issuer: { commonName },
    subject: { commonName },
    notBeforeMs: Date.now() - 60_000,
    notAfterMs: Date.now() + 86_400_000,
    spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    extensions: [],
    algorithm: 'ecdsa-p256-sha256',
    sign: (tbs) =>
      new Uint8Array(sign('sha256', tbs, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  })
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  const body = lines.join('\n')
  return {
    key: Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
  }
}

export type TestServer = AsyncDisposable & {
  readonly port: number
  readonly httpsPort: number
  /** PEM, self-signed. */
  readonly certificate: string | Buffer
  /** Every certificate belongs to a new, empty tenant from now on. */
  freshTenant(): void
  nowMs(): number
  advance(ms: number): void
}

const credential = CredentialId.of(new Uint8Array(16))

export const startTestServer = async (facts: KmipServerFacts): Promise<TestServer> => {
  let aheadMs = 0
  const sealed = await createSealedObjects()
  let tenant = sealed.tenant()
  // The clock stands still but for what the runner sets it forward: `$NOW` is one moment.
  const startMs = Date.now()
  const nowMs = (): number => startMs + aheadMs
  const certifier = makeCertifier()
  const entropy = createEntropy()
  const crypto = await createCrypto({ entropy })
  const server = createKmipServer({
    objects: sealed.objects,
    general: createGeneralCrypto(),
    chains: crypto,
    entropy,
    clock: { nowMs, sleep: async () => undefined },
    facts,
    certifier,
  })
  const { key, cert: certificate } = makeCertificate('server')
  const options = {
    handle: (...asked: Parameters<typeof server.handle>) => server.handle(...asked),
    authenticate: async (): Promise<KmipCaller> => ({ tenant: await tenant, credential }),
    certificate: { key, certificate },
    host: '127.0.0.1',
    port: 0,
  }
  const listeners: readonly KmipListener[] = [
    await listenKmip(options),
    await listenKmipHttps(options),
  ]
  return {
    port: listeners[0]!.port,
    httpsPort: listeners[1]!.port,
    certificate,
    freshTenant: () => {
      tenant = sealed.tenant()
    },
    nowMs,
    advance: (ms) => {
      aheadMs += ms
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()))
      server.stop()
      await sealed[Symbol.asyncDispose]()
      crypto[Symbol.dispose]()
    },
  }
}
