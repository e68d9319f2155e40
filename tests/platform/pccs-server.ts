/** A PCCS on loopback over TLS, as Intel's API v4 answers, with collateral that a test gives it. */
import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer } from 'node:https'
import { signedText, toPem } from '@holdfast/attestation'
import type { DcapCollateral } from '@holdfast/base/collateral'
import * as x509 from '@holdfast/base/x509'
import type { ServiceAddress } from '@holdfast/node/platform/pccs/https-get'
import { listenOnLoopback } from '../support/loopback-server.ts'

export type PccsServer = {
  readonly address: ServiceAddress
  /** Paths with queries, as they came. */
  readonly asked: string[]
  /** What is answered from now on; a number is a status, text a body for every path. */
  answer(what: DcapCollateral | number | string): void
  stop(): Promise<void>
}

const tlsOf = () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = { commonName: 'localhost' }
  const der = x509.buildCertificate({
    serial: Uint8Array.of(1, ...randomBytes(15)),
    issuer: name,
    subject: name,
    notBeforeMs: Date.now() - 60_000,
    notAfterMs: Date.now() + 3_600_000,
    spki: new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
    extensions: [x509.subjectAltName({ dns: ['localhost'] })],
    algorithm: 'ecdsa-p256-sha256',
    sign: (tbs) =>
      new Uint8Array(sign('sha256', tbs, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  })
  return { key: privateKey.export({ format: 'pem', type: 'pkcs8' }), cert: toPem(der) }
}

type Part = { readonly body: string | Buffer; readonly headers: Readonly<Record<string, string>> }

/** CRLs as two services give them: one in DER, the other in hexadecimal. */
const partOf = (path: string, all: DcapCollateral): Part | undefined => {
  const chain = (name: string, pem: string) => ({ [name]: encodeURIComponent(pem) })
  const parts: Readonly<Record<string, Part>> = {
    tcb: {
      body: signedText('tcbInfo', all.tcbInfo, all.tcbInfoSignature),
      headers: chain('TCB-Info-Issuer-Chain', all.tcbInfoIssuerChain),
    },
    'qe/identity': {
      body: signedText('enclaveIdentity', all.qeIdentity, all.qeIdentitySignature),
      headers: chain('SGX-Enclave-Identity-Issuer-Chain', all.qeIdentityIssuerChain),
    },
    pckcrl: {
      body: Buffer.from(all.pckCrl, 'hex'),
      headers: chain('SGX-PCK-CRL-Issuer-Chain', all.pckCrlIssuerChain),
    },
    rootcacrl: { body: all.rootCaCrl, headers: {} },
  }
  return parts[path.replace(/^\/(sgx|tdx)\/certification\/v4\//, '').replace(/\?.*$/, '')]
}

export const startPccs = async (collateral: DcapCollateral): Promise<PccsServer> => {
  const tls = tlsOf()
  const asked: string[] = []
  let answering: DcapCollateral | number | string = collateral
  const server = createServer(tls, (request, response) => {
    asked.push(request.url ?? '')
    if (typeof answering === 'number') return response.writeHead(answering).end()
    if (typeof answering === 'string') return response.end(answering)
    const part = partOf(request.url ?? '', answering)
    if (part === undefined) return response.writeHead(404).end()
    return response.writeHead(200, part.headers).end(part.body)
  })
  const { port, stop } = await listenOnLoopback(server)
  return {
    address: { url: `https://localhost:${port}`, ca: tls.cert },
    asked,
    answer: (what) => {
      answering = what
    },
    stop,
  }
}
