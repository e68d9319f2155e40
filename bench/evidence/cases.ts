/** The real evidence of every platform, in parts that can be changed one by one. */
import { readFileSync } from 'node:fs'
import { parsePemChain, withoutZeroPadding } from '@holdfast/attestation'
import { fromHex, utf8 } from '@holdfast/base/bytes'
import { collateralFromPccs, pccsCollateralSchema } from '@holdfast/base/collateral'
import { type Parts, type PlatformName, type Verify, verifyParts } from './verify-parts.ts'

export type EvidenceCase = {
  readonly name: PlatformName
  readonly what: string
  readonly parts: Parts
  /** A moment at which it is good. */
  readonly nowMs: number
  readonly verify: Verify
}

const dcapCase = (name: 'sgx' | 'tdx', folder: string): EvidenceCase => {
  const text = readFileSync(`${folder}/dcap/${name}_quote_collateral.json`, 'utf8')
  const collateral = collateralFromPccs(pccsCollateralSchema.parse(JSON.parse(text)))
  const quote = withoutZeroPadding(new Uint8Array(readFileSync(`${folder}/dcap/${name}_quote`)))
  const fields = Object.entries(collateral).map(([field, value]) => [field, utf8(value)])
  return {
    name,
    what: `${name === 'sgx' ? 'SGX, DCAP version 3' : 'TDX, DCAP version 4'}, with collateral`,
    parts: { quote, ...(Object.fromEntries(fields) as Parts) },
    nowMs: Date.parse('2025-06-25T00:00:00Z'),
    verify: verifyParts[name],
  }
}

const snpCase = (folder: string): EvidenceCase => {
  const read = (name: string) => readFileSync(`${folder}/snp/${name}`)
  const [ask, ark] = parsePemChain(read('cert_chain_milan').toString('ascii'))
  if (ask === undefined || ark === undefined) throw new Error('the chain has two certificates')
  return {
    name: 'snp',
    what: 'SEV-SNP on Milan, with VCEK, ASK and ARK',
    parts: {
      report: fromHex(read('report_milan.hex').toString('ascii').trim()),
      vcek: new Uint8Array(read('vcek_milan.der')),
      ask,
      ark,
    },
    nowMs: Date.parse('2026-11-22T12:00:00Z'),
    verify: verifyParts.snp,
  }
}

const nitroCase = (folder: string): EvidenceCase => {
  const document = readFileSync(`${folder}/nitro/valid-attestation-doc.cbor`)
  // The document says when it was made, as eight bytes; its certificate lives three hours.
  const at = document.indexOf('timestamp') + 'timestamp'.length + 1
  return {
    name: 'nitro',
    what: 'AWS Nitro attestation document',
    parts: { document: new Uint8Array(document) },
    nowMs: Number(document.readBigUInt64BE(at)),
    verify: verifyParts.nitro,
  }
}

/** `folder` is `shared/attestation`, which lies beside the repository. */
export const evidenceCases = (folder: string): readonly EvidenceCase[] => [
  dcapCase('sgx', folder),
  dcapCase('tdx', folder),
  snpCase(folder),
  nitroCase(folder),
]
