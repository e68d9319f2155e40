/**
 * Reports of a confidential guest through configfs (Linux, ABI/testing/configfs-tsm-report): a
 * folder is one request; its `generation` tells whether another process wrote to it meanwhile.
 */
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Bytes } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'

export const tsmFolder = '/sys/kernel/config/tsm/report'

/** `tdx_guest` gives a DCAP quote, `sev_guest` a report of the AMD Secure Processor. */
export const tsmProviders = { tdx_guest: 'tdx', sev_guest: 'snp' } as const
export type TsmPlatform = (typeof tsmProviders)[keyof typeof tsmProviders]

export type TsmReport = {
  readonly platform: TsmPlatform
  readonly report: Bytes
  /** What the host gives along, such as AMD's table of certificates; may be empty. */
  readonly auxiliary: Bytes
}

export type TsmOptions = {
  /** Absent but for tests: the kernel's. */
  readonly folder?: string
  /** A name that no other process uses. */
  readonly name: string
}

const reportDataLength = 64
const reportBytesMax = 32 * 1024
/** How often another process may come between. */
const attemptsMax = 3

const readAttribute = (entry: string, name: string): Bytes => {
  try {
    return new Uint8Array(readFileSync(join(entry, name)))
  } catch {
    return fail('no_evidence', 'a file of the kernel’s report cannot be read', name)
  }
}

const readText = (entry: string, name: string): string =>
  new TextDecoder().decode(readAttribute(entry, name)).trim()

const generationOf = (entry: string): number => {
  const text = readText(entry, 'generation')
  return /^[0-9]{1,19}$/.test(text)
    ? Number(text)
    : fail('no_evidence', 'the generation of the report is no number', 'generation')
}

const writeReportData = (entry: string, reportData: Bytes): void => {
  let written = 0
  try {
    const file = openSync(join(entry, 'inblob'), constants.O_WRONLY)
    try {
      written = writeSync(file, reportData)
    } finally {
      closeSync(file)
    }
  } catch {
    fail('no_evidence', 'a file of the kernel’s report cannot be written', 'inblob')
  }
  if (written !== reportDataLength) fail('no_evidence', 'report data were cut', 'inblob')
}

const providerOf = (entry: string): TsmPlatform => {
  const provider = readText(entry, 'provider')
  return Object.hasOwn(tsmProviders, provider)
    ? tsmProviders[provider as keyof typeof tsmProviders]
    : fail('no_evidence', 'the kernel’s provider of reports is of another kind', 'provider')
}

const readOnce = (entry: string, reportData: Bytes): TsmReport | undefined => {
  const platform = providerOf(entry)
  const before = generationOf(entry)
  writeReportData(entry, reportData)
  const report = readAttribute(entry, 'outblob')
  // AMD's table of certificates; where the host gives none the file is empty or absent.
  const auxiliary = existsSync(join(entry, 'auxblob'))
    ? readAttribute(entry, 'auxblob')
    : new Uint8Array()
  // One write of ours and none of another process between it and the last read.
  if (generationOf(entry) !== before + 1) return undefined
  if (report.length === 0 || report.length > reportBytesMax) {
    return fail('quote_malformed', 'the report has another length', 'outblob')
  }
  return { platform, report, auxiliary }
}

/** The kernel refuses to make a folder twice: `EEXIST` is another process, or one that died. */
const makeEntry = (folder: string, name: string): string => {
  const entry = join(folder, name)
  try {
    mkdirSync(entry)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') {
      return fail('no_evidence', 'the kernel makes no report', folder)
    }
  }
  return entry
}

/** Whether this guest can make reports at all. */
export const hasTsm = (folder: string = tsmFolder): boolean => existsSync(folder)

/** A report over 64 bytes. Refuses `no_evidence` where the kernel gives none. */
export const readTsmReport = (reportData: Bytes, options: TsmOptions): Result<TsmReport> =>
  attempt(() => {
    const { folder = tsmFolder, name } = options
    if (reportData.length !== reportDataLength) {
      fail('invalid_field', 'report data have 64 bytes', 'inblob')
    }
    if (!hasTsm(folder)) fail('no_evidence', 'this kernel has no reports of a guest', folder)
    const entry = makeEntry(folder, name)
    try {
      for (let tried = 0; tried < attemptsMax; tried += 1) {
        const report = readOnce(entry, reportData)
        if (report !== undefined) return report
      }
      return fail('no_evidence', 'another process writes to the same report', 'generation')
    } finally {
      try {
        rmdirSync(entry)
      } catch {
        // The kernel removes it with the guest.
      }
    }
  })
