/**
 * DcapCollateral from a Provisioning Certificate Caching Service (Intel SGX PCK Certificate and CRL
 * Service API v4), Intel's own or a cache of it. Nothing here is trusted: every part is signed.
 */
import { type QuotePlatform, splitSignedText } from '@holdfast/attestation'
import { type Bytes, fromHex, fromUtf8, toHex } from '@holdfast/base/bytes'
import { type DcapCollateral, dcapCollateralSchema } from '@holdfast/base/collateral'
import { accept, attempt, fail, type Result, refuse } from '@holdfast/base/errors'
import { type HttpAnswer, httpsGet, type ServiceAddress, urlOf } from './https-get.ts'

export type FetchCollateral = (
  about: Pick<QuotePlatform, 'platform' | 'fmspc' | 'ca'>,
) => Promise<Result<DcapCollateral>>

const header = ({ headers }: HttpAnswer, ...names: readonly string[]): string => {
  const value = names.map((name) => headers[name]).find((one) => typeof one === 'string')
  if (typeof value !== 'string') return fail('malformed', 'a chain is missing', names[0])
  try {
    return decodeURIComponent(value)
  } catch {
    return fail('malformed', 'a chain cannot be read', names[0])
  }
}

/** DER itself, PEM, or hexadecimal: services differ. */
const derOf = ({ body }: HttpAnswer): Bytes => {
  if (body[0] === 0x30) return new Uint8Array(body)
  const text = body.toString('latin1').trim()
  if (/^(?:[0-9a-fA-F]{2})+$/.test(text)) return fromHex(text.toLowerCase())
  const pem = /^-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----$/.exec(text)
  return pem === null
    ? fail('malformed', 'a CRL cannot be read')
    : new Uint8Array(Buffer.from(pem[1] ?? '', 'base64'))
}

type Answers = Readonly<Record<'tcb' | 'qe' | 'pckCrl' | 'rootCrl', HttpAnswer>>

const assemble = ({ tcb, qe, pckCrl, rootCrl }: Answers): DcapCollateral => {
  const tcbInfo = splitSignedText('tcbInfo', fromUtf8(tcb.body))
  const qeIdentity = splitSignedText('enclaveIdentity', fromUtf8(qe.body))
  const parsed = dcapCollateralSchema.safeParse({
    tcbInfo: tcbInfo.text,
    tcbInfoSignature: tcbInfo.signature,
    tcbInfoIssuerChain: header(tcb, 'tcb-info-issuer-chain', 'sgx-tcb-info-issuer-chain'),
    qeIdentity: qeIdentity.text,
    qeIdentitySignature: qeIdentity.signature,
    qeIdentityIssuerChain: header(qe, 'sgx-enclave-identity-issuer-chain'),
    pckCrl: toHex(derOf(pckCrl)),
    pckCrlIssuerChain: header(pckCrl, 'sgx-pck-crl-issuer-chain'),
    rootCaCrl: toHex(derOf(rootCrl)),
  })
  return parsed.success ? parsed.data : fail('malformed', 'a part has another form')
}

/**
 * Asks for the four parts at once. Refuses `no_collateral` with the path or part that failed.
 *
 *     const fetchCollateral = createPccsClient({ url: 'https://pccs.example:8081', ca })
 *     const collateral = await fetchCollateral({ platform: 'sgx', fmspc, ca: 'platform' })
 */
export const createPccsClient =
  (address: ServiceAddress): FetchCollateral =>
  async ({ platform, fmspc, ca }) => {
    const { ca: authority } = address
    const trusted = { service: 'PCCS' as const, ...(authority && { ca: authority }) }
    const get = (path: string): Promise<Result<HttpAnswer>> =>
      httpsGet(urlOf(address, path), trusted)
    const [tcb, qe, pckCrl, rootCrl] = await Promise.all([
      get(`${platform}/certification/v4/tcb?fmspc=${fmspc.toUpperCase()}`),
      get(`${platform}/certification/v4/qe/identity`),
      get(`sgx/certification/v4/pckcrl?ca=${ca}&encoding=der`),
      get('sgx/certification/v4/rootcacrl'),
    ])
    for (const answer of [tcb, qe, pckCrl, rootCrl]) if (!answer.ok) return answer
    if (!tcb.ok || !qe.ok || !pckCrl.ok || !rootCrl.ok) return refuse('no_collateral', 'absent')
    const answers = { tcb: tcb.value, qe: qe.value, pckCrl: pckCrl.value, rootCrl: rootCrl.value }
    const made = attempt(() => assemble(answers))
    return made.ok ? accept(made.value) : refuse('no_collateral', made.refusal.detail)
  }
