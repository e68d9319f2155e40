/** Get of one AES key, as it is asked of a node and of PyKMIP's server. */
import type { KmipClient } from '@holdfast/kmip'
import { createSymmetricKey } from './objects.ts'

export const getShape = { connections: 8, inFlight: 8 } as const

/** Makes the key and gives the call that reads it. */
export const prepareGet = async (maker: KmipClient) => {
  const uniqueIdentifier = await createSymmetricKey(maker)
  const get = (client: KmipClient) => client.call('Get', { uniqueIdentifier })
  // The first Get changes the object's attribute Fresh; later ones only read.
  await get(maker)
  return get
}
