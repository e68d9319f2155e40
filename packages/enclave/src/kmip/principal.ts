/**
 * Who a request says that it is, within its tenant (KMIP 1.2 §2.1.2, the default operation
 * policy): objects made under a credential are used under the same one only.
 */
import type { RequestHeader } from '@holdfast/kmip'

export const principalOf = (header: RequestHeader): string | undefined => {
  const [first] = header.authentication?.credentials ?? []
  if (first?.credentialType === 'UsernameAndPassword') {
    return `user ${first.credentialValue.username}`
  }
  if (first?.credentialType !== 'Device') return undefined
  const { deviceSerialNumber, deviceIdentifier } = first.credentialValue
  return `device ${deviceSerialNumber ?? ''} ${deviceIdentifier ?? ''}`
}
