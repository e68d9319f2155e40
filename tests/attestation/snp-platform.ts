/**
 * A chain of ARK, ASK and VCEK made for tests, and reports of guests on a chip under it. Its names
 * say SIMULATED; AMD's roots, which production pins, have nothing to do with it.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { toHex } from '@holdfast/base/bytes'
import type { SnpCollateral } from '@holdfast/base/collateral'
import * as der from '@holdfast/base/der'
import type { SnpTcb } from '@holdfast/base/snp-policy'
import { basicConstraints, keyUsage } from '@holdfast/base/x509'
import { sha256 } from '@noble/hashes/sha2.js'
import { craft, craftCrl } from './craft.ts'
import { signSnpReport } from './sign-snp-report.ts'

export const arkName = 'SIMULATED ARK-Milan'
export const askName = 'SIMULATED SEV-Milan'
/** The numbers that `craft` gives its certificates. */
export const askSerial = askName.length

export const authority = [basicConstraints({ ca: true }), keyUsage('keyCertSign', 'cRLSign')]

/** One key for both authorities: making RSA keys takes its time. */
const rsa = generateKeyPairSync('rsa', { modulusLength: 4096 })
export const authorityKey: KeyObject = rsa.privateKey
const issue = { key: rsa.publicKey, issuerKey: rsa.privateKey, extensions: authority }
export const ark = craft({ subject: arkName, issuer: arkName, ...issue })
export const ask = craft({ subject: askName, issuer: arkName, ...issue })
/** As `amdRoots` lists AMD's. */
export const testRoots = { Milan: toHex(sha256(ark)) }

export const testTcb: SnpTcb = { bootloader: 3, tee: 0, snp: 8, microcode: 115 }
export const tcbBytes = ({ bootloader, tee, snp, microcode }: SnpTcb): number[] => [
  bootloader,
  tee,
  0,
  0,
  0,
  0,
  snp,
  microcode,
]

/** Bytes by their place in the report (SEV-SNP ABI, table 23). */
export type ReportChanges = Readonly<Record<number, ArrayLike<number>>>

export type TestChip = {
  /** Of its VCEK. */
  readonly keyPem: string
  readonly chipId: Uint8Array
  /** What an inventory lists. */
  readonly chipIdHash: string
  vcek(of?: { tcb?: SnpTcb; chipId?: Uint8Array; product?: string }): Uint8Array
  /** Unsigned, of a guest of the TCB above. */
  blank(changes?: ReportChanges): Uint8Array
  report(changes?: ReportChanges): Uint8Array
  collateral(of?: { readonly revoked?: readonly number[]; readonly tcb?: SnpTcb }): SnpCollateral
}

const arc = '1.3.6.1.4.1.3704.1'

export const testChip = (seed: number): TestChip => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const chipId = new Uint8Array(64).fill(seed)
  const vcek: TestChip['vcek'] = (of = {}) => {
    const { bootloader, tee, snp, microcode } = of.tcb ?? testTcb
    const levels = { 1: bootloader, 2: tee, 3: snp, 8: microcode }
    return craft({
      subject: 'SIMULATED VCEK',
      issuer: askName,
      key: publicKey,
      issuerKey: authorityKey,
      extensions: [
        { oid: `${arc}.2`, value: der.ia5String(of.product ?? 'Milan-B0') },
        ...Object.entries(levels).map(([component, level]) => ({
          oid: `${arc}.3.${component}`,
          value: der.integer(level),
        })),
        { oid: `${arc}.4`, value: of.chipId ?? chipId },
      ],
    })
  }
  const blank: TestChip['blank'] = (changes = {}) => {
    const report = new Uint8Array(1184)
    const tcb = tcbBytes(testTcb)
    const fields: ReportChanges = {
      0x000: [2],
      0x008: [0, 0, 3],
      0x034: [1],
      0x038: tcb,
      0x090: new Uint8Array(48).fill(0xe5),
      0x180: tcb,
      0x1a0: chipId,
      0x1e0: tcb,
      0x1f0: tcb,
      ...changes,
    }
    for (const [offset, bytes] of Object.entries(fields)) report.set(bytes, Number(offset))
    return report
  }
  return {
    keyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    chipId,
    chipIdHash: toHex(sha256(chipId)),
    vcek,
    blank,
    report: (changes) => signSnpReport(blank(changes), privateKey),
    collateral: ({ revoked = [], ...of } = {}) => ({
      vcek: toHex(vcek(of)),
      ask: toHex(ask),
      ark: toHex(ark),
      crl: toHex(craftCrl({ issuer: arkName, issuerKey: authorityKey, revoked })),
    }),
  }
}
