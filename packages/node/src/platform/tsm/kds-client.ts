/**
 * Certificates of SEV-SNP from AMD's Key Distribution Service or a cache of it (AMD, VCEK
 * Certificate and KDS Interface Specification, §4). Nothing here is trusted: all of it is signed.
 */
import { parsePemChain, type SnpCertificates, type SnpPlatform } from '@holdfast/attestation'
import { type Bytes, fromUtf8, toHex } from '@holdfast/base/bytes'
import type { SnpCollateral } from '@holdfast/base/collateral'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import { type SnpProduct, snpProducts } from '@holdfast/base/snp-policy'
import { httpsGet, type ServiceAddress, urlOf } from '../pccs/https-get.ts'

/** What the host gave already need not be asked for; AMD's list is, where it can be had. */
export type FetchSnpCollateral = (
  about: Pick<SnpPlatform, 'chipId' | 'tcb'>,
  known: SnpCertificates,
) => Promise<Result<SnpCollateral>>

type Get = (path: string) => Promise<Result<Bytes>>

const vcekPath = ({ chipId, tcb }: Pick<SnpPlatform, 'chipId' | 'tcb'>): string => {
  const level = (value: number): string => String(value).padStart(2, '0')
  const { bootloader, tee, snp, microcode } = tcb
  const levels = `blSPL=${level(bootloader)}&teeSPL=${level(tee)}`
  return `${chipId}?${levels}&snpSPL=${level(snp)}&ucodeSPL=${level(microcode)}`
}

type Authorities = { readonly ask: Bytes; readonly ark: Bytes }

const authoritiesOf = async (
  get: Get,
  { ask, ark }: SnpCertificates,
): Promise<Result<Authorities>> => {
  if (ask !== undefined && ark !== undefined) return accept({ ask, ark })
  const answer = await get('cert_chain')
  if (!answer.ok) return answer
  const chain = attempt(() => parsePemChain(fromUtf8(answer.value)))
  const [first, second, ...rest] = chain.ok ? chain.value : []
  return first === undefined || second === undefined || rest.length > 0
    ? refuse('no_collateral', 'the KDS gives no chain of two certificates')
    : accept({ ask: first, ark: second })
}

const ofProduct = async (
  get: Get,
  about: Pick<SnpPlatform, 'chipId' | 'tcb'>,
  known: SnpCertificates,
): Promise<Result<SnpCollateral>> => {
  const [vcek, authorities, list] = await Promise.all([
    known.vcek === undefined ? get(vcekPath(about)) : accept(known.vcek),
    authoritiesOf(get, known),
    get('crl'),
  ])
  const crl = list.ok || known.crl === undefined ? list : accept(known.crl)
  for (const part of [vcek, authorities, crl]) if (!part.ok) return part
  if (!vcek.ok || !authorities.ok || !crl.ok) return refuse('no_collateral', 'absent')
  const { ask, ark } = authorities.value
  return accept({
    vcek: toHex(vcek.value),
    ask: toHex(ask),
    ark: toHex(ark),
    crl: toHex(crl.value),
  })
}

/**
 * Asks for what the host did not give, of each product that has a root, since old reports do not
 * name theirs. Refuses `no_collateral` with the path that failed.
 *
 *     const fetchSnp = createKdsClient({ url: 'https://kds.example', ca })
 *     const collateral = await fetchSnp({ chipId, tcb }, {})
 */
export const createKdsClient =
  (address: ServiceAddress): FetchSnpCollateral =>
  async (about, known) => {
    const { ca } = address
    const trusted = { service: 'KDS' as const, ...(ca === undefined ? {} : { ca }) }
    const getOf =
      (product: SnpProduct): Get =>
      async (path) => {
        const answer = await httpsGet(urlOf(address, `vcek/v1/${product}/${path}`), trusted)
        return answer.ok ? accept(new Uint8Array(answer.value.body)) : answer
      }
    let refused: Result<SnpCollateral> = refuse('no_collateral', 'no product is known')
    for (const product of snpProducts) {
      const made = await ofProduct(getOf(product), about, known)
      if (made.ok) return made
      refused = made
    }
    return refused
  }
