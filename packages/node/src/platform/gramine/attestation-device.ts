/**
 * Gramine's `/dev/attestation` (Gramine documentation, "Attestation and Secret Provisioning"):
 * pseudo-files that give quotes and sealing keys to the one enclave that reads them.
 */
import { closeSync, constants, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Bytes } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'

export const gramineDevice = '/dev/attestation'

/** What Gramine gives at most, and what its two sealing keys have. */
const gramineQuoteBytesMax = 8192
const sealingKeyLength = 16
const reportDataLength = 64

export type AttestationDevice = {
  /** A quote over 64 bytes of report data. */
  quote(reportData: Bytes): Bytes
  /** 16 bytes that this measurement on this machine obtains; changes with its microcode. */
  sealingKey(): Bytes
}

const read = (dir: string, name: string): Bytes => {
  try {
    return new Uint8Array(readFileSync(join(dir, name)))
  } catch {
    return fail('no_evidence', 'a file of the attestation device cannot be read', name)
  }
}

/** All in one write: Gramine takes the 64 bytes of one call. */
const writeReportData = (dir: string, reportData: Bytes): void => {
  const subject = 'user_report_data'
  if (reportData.length !== reportDataLength) {
    fail('invalid_field', 'report data have 64 bytes', subject)
  }
  let written = 0
  try {
    const file = openSync(join(dir, subject), constants.O_WRONLY)
    try {
      written = writeSync(file, reportData)
    } finally {
      closeSync(file)
    }
  } catch {
    fail('no_evidence', 'a file of the attestation device cannot be written', subject)
  }
  if (written !== reportDataLength) fail('no_evidence', 'report data were cut', subject)
}

/** Written and read without a pause between: the device has one state for the whole process. */
const quoteOver = (dir: string, reportData: Bytes): Bytes => {
  writeReportData(dir, reportData)
  const quote = read(dir, 'quote')
  if (quote.length > gramineQuoteBytesMax) fail('quote_malformed', 'the quote is too long', 'quote')
  return quote
}

/**
 * Opens the device. Refuses `no_evidence` where there is none, where Gramine runs without SGX
 * (`gramine-direct`: only `keys/` is there) or without DCAP. `dir` is for tests alone: who could
 * choose it would choose the sealing key.
 */
export const openAttestationDevice = (dir: string = gramineDevice): Result<AttestationDevice> =>
  attempt(() => {
    if (!existsSync(dir)) fail('no_evidence', 'this process runs in no enclave of Gramine', dir)
    if (!existsSync(join(dir, 'attestation_type'))) {
      fail('no_evidence', 'Gramine runs without SGX: there are keys and no quotes', dir)
    }
    const type = new TextDecoder().decode(read(dir, 'attestation_type')).trim()
    if (type !== 'dcap') {
      fail('no_evidence', 'the manifest of Gramine asks for no DCAP', 'attestation_type')
    }
    return {
      quote: (reportData) => quoteOver(dir, reportData),
      sealingKey: () => {
        const key = read(dir, 'keys/_sgx_mrenclave')
        return key.length === sealingKeyLength
          ? key
          : fail('no_evidence', 'the sealing key has another length', '_sgx_mrenclave')
      },
    }
  })
