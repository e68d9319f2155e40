/**
 * Offsets and lengths of SGX and TDX structures: Intel SGX ECDSA QuoteLibReference DCAP API,
 * appendix A, and Intel TDX DCAP Quoting Library API, appendix A. Little-endian throughout.
 */
export const teeType = { sgx: 0x00000000, tdx: 0x00000081 } as const

/** ECDSA-256 with the P-256 curve. */
export const attestationKeyType = 2

/** Intel's vendor id of its quoting enclave. */
export const qeVendorId = '939a7233f79c4ca9940a0db3957f0607'

/** Certification data types. */
export const pckCertificateChain = 5
export const qeReportCertificationData = 6

export const headerLength = 48
export const header = {
  version: 0,
  attestationKeyType: 2,
  teeType: 4,
  qeSvn: 8,
  pceSvn: 10,
  qeVendorId: 12,
  userData: 28,
} as const

/** The body of a REPORT (Intel SDM vol. 3D, table 39-21), also of the quoting enclave's. */
export const reportLength = 384
export const report = {
  cpuSvn: 0,
  miscSelect: 16,
  attributes: 48,
  mrEnclave: 64,
  mrSigner: 128,
  isvProdId: 256,
  isvSvn: 258,
  reportData: 320,
} as const

/** The body of a TD report 1.0, and of 1.5, which adds 64 bytes. */
export const tdReport10Length = 584
export const tdReport15Length = 648
export const tdReport = {
  teeTcbSvn: 0,
  mrSeam: 16,
  mrSignerSeam: 64,
  seamAttributes: 112,
  tdAttributes: 120,
  xfam: 128,
  mrTd: 136,
  mrConfigId: 184,
  mrOwner: 232,
  mrOwnerConfig: 280,
  rtmr0: 328,
  reportData: 520,
  teeTcbSvn2: 584,
  mrServiceTd: 600,
} as const

/** Version 5 quotes name their body by type. */
export const bodyType = { sgx: 1, td10: 2, td15: 3 } as const

export const signatureLength = 64
export const publicKeyLength = 64

/** SGX attribute bits in the first byte of ATTRIBUTES (Intel SDM vol. 3D, table 35-3). */
export const attributeBits = { init: 0x01, debug: 0x02, mode64: 0x04 } as const

/** Object identifiers of the PCK certificate's SGX extension. */
export const sgxExtensionOid = '1.2.840.113741.1.13.1'
export const sgxOids = {
  ppid: `${sgxExtensionOid}.1`,
  tcb: `${sgxExtensionOid}.2`,
  pceSvn: `${sgxExtensionOid}.2.17`,
  cpuSvn: `${sgxExtensionOid}.2.18`,
  pceId: `${sgxExtensionOid}.3`,
  fmspc: `${sgxExtensionOid}.4`,
  sgxType: `${sgxExtensionOid}.5`,
  platformInstanceId: `${sgxExtensionOid}.6`,
} as const
