/**
 * Cases that no answer of this server can match, and why. They are played like all others; one
 * that passes counts as passed, whatever stands here.
 */
type Exemption = { readonly files: RegExp; readonly reason: string }

const exemptions: readonly Exemption[] = [
  {
    files: /CS-RNG-O-[234]-/,
    reason: 'CS-RNG-O-1 to -4 are four permitted ways to take a seed; a server has one of them',
  },
  {
    files: /OMOS-O-1-14/,
    reason: 'the published answer is of version 1.3, its request of 1.4',
  },
  {
    files: /CS-BC-M-6-13/,
    reason: 'the published ciphertext is not that of the published key (1.2 and 1.4 have it right)',
  },
  {
    files: /TC_142_/,
    reason: 'the published answer wraps the bare key, the request asks to wrap an attribute too',
  },
  {
    files: /TC_134_/,
    reason: 'the published certificate is of another CA; this server issues by its own',
  },
  {
    files: /TC_95_11_/,
    reason: 'the published lease lasts 0 seconds, that of the same case in 1.2 lasts 3600',
  },
  {
    files: /CS_BC_M_7_12_Encrypt_with_All_Fields/,
    reason: 'one request about an object that the case does not make, with a field of 1.4',
  },
  {
    files: /TC-SK-CREATE-ENCRYPT-DECRYPT-DESTROY/,
    reason: 'encrypts with a key that is not active, which the published profiles refuse',
  },
  {
    files: /PKCS11-M-1-/,
    reason: 'PKCS#11 is not served; the published answer names another maker in its bytes',
  },
  {
    files: /TC_ECC_2_12_|TC_ECC_3_11_/,
    reason: 'the private key is in encrypted PKCS#8 whose password is not published',
  },
  {
    files: /TC_NP_/,
    reason: 'this server calls no client: it sends no Put and no Notify',
  },
]

/** Why a case is exempt, or undefined. */
export const exemptionOf = (file: string): string | undefined =>
  exemptions.find(({ files }) => files.test(file))?.reason
