/** A request for an AES key that encrypts, as tests of real nodes make one. */
import { attribute, maskOf } from '../../packages/kmip/src/index.ts'

export const encryptingKey = {
  objectType: 'SymmetricKey',
  attributes: [
    attribute('CryptographicAlgorithm', 'AES'),
    attribute('CryptographicLength', 256),
    attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Encrypt')),
  ],
} as const
