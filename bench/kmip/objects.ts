/** The objects that are used over KMIP, made by the client itself at KMIP 1.4. */
import { attribute, type KmipClient, maskOf } from '@holdfast/kmip'

const usage = (...bits: Parameters<typeof maskOf<'CryptographicUsageMask'>>[1][]) =>
  attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', ...bits))

/** The private key of a pair on secp256k1, active. */
export const createSigningKey = async (client: KmipClient): Promise<string> => {
  const { privateKeyUniqueIdentifier: uniqueIdentifier } = await client.call('CreateKeyPair', {
    commonAttributes: [
      attribute('CryptographicAlgorithm', 'ECDSA'),
      attribute('CryptographicDomainParameters', { recommendedCurve: 'SECP256K1' }),
    ],
    privateKeyAttributes: [usage('Sign')],
    publicKeyAttributes: [usage('Verify')],
  })
  await client.call('Activate', { uniqueIdentifier })
  return uniqueIdentifier
}

/** The private half of the wallet's own key, which signs for the chain of its account. */
export const findWalletKey = async (client: KmipClient): Promise<string> => {
  const chain = { applicationNamespace: 'holdfast', applicationData: 'ethereum' }
  const attributes = [
    attribute('ObjectType', 'PrivateKey'),
    attribute('ApplicationSpecificInformation', chain),
  ]
  const { uniqueIdentifiers = [] } = await client.call('Locate', { attributes })
  const [found] = uniqueIdentifiers
  if (found === undefined) throw new Error('the wallet has no key')
  return found
}

/** An AES key of 256 bits. */
export const createSymmetricKey = async (client: KmipClient): Promise<string> => {
  const { uniqueIdentifier } = await client.call('Create', {
    objectType: 'SymmetricKey',
    attributes: [
      attribute('CryptographicAlgorithm', 'AES'),
      attribute('CryptographicLength', 256),
      usage('Encrypt', 'Decrypt'),
    ],
  })
  return uniqueIdentifier
}
