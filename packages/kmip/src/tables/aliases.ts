/** Spellings of enumeration values in earlier versions or in error; read, never written. */
import type { EnumerationName } from './enumerations.ts'

export const aliases: Readonly<Partial<Record<EnumerationName, Readonly<Record<string, string>>>>> =
  {
    DigitalSignatureAlgorithm: {
      MD2WithRSAEncryptionPKCS_1V1_5: 'MD2WithRSAEncryption',
      MD5WithRSAEncryptionPKCS_1V1_5: 'MD5WithRSAEncryption',
      SHA_1WithRSAEncryptionPKCS_1V1_5: 'SHA_1WithRSAEncryption',
      SHA_224WithRSAEncryptionPKCS_1V1_5: 'SHA_224WithRSAEncryption',
      SHA_256WithRSAEncryptionPKCS_1V1_5: 'SHA_256WithRSAEncryption',
      SHA_384WithRSAEncryptionPKCS_1V1_5: 'SHA_384WithRSAEncryption',
      SHA_512WithRSAEncryptionPKCS_1V1_5: 'SHA_512WithRSAEncryption',
      RSASSA_PSSPKCS_1V2_1: 'RSASSA_PSS',
    },
    HashingAlgorithm: {
      SHA_3_224: 'SHA3_224',
      SHA_3_256: 'SHA3_256',
      SHA_3_384: 'SHA3_384',
      SHA_3_512: 'SHA3_512',
    },
    MaskGenerator: { MFG1: 'MGF1' },
    SplitKeyMethod: {
      PolynomialSharingGF28: 'PolynomialSharingGF2_8',
      PolynomialSharingGF216: 'PolynomialSharingGF2_16',
    },
  }
