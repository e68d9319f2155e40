/** Who asks, as the header says it (KMIP 2.1 §9.4, §9.11); the type decides the value. */
import type { Item } from '../item.ts'
import { tagNumber } from '../names.ts'
import { anyItems, bytes, dateTimeExtended, enumeration, text } from '../schema/primitives.ts'
import { optional, required, some, structure } from '../schema/structure.ts'
import type { Type, ValueOf } from '../schema/type.ts'
import type { Version } from '../version.ts'

/** KMIP 2.1 §9.14. */
export const nonce = structure({
  nonceId: required('NonceID', bytes),
  nonceValue: required('NonceValue', bytes),
})

/** KMIP 2.1 §7.39. */
export const ticket = structure({
  ticketType: required('TicketType', enumeration('TicketType')),
  ticketValue: required('TicketValue', bytes),
})

const usernameAndPassword = structure({
  username: required('Username', text),
  password: optional('Password', text),
})

const device = structure({
  deviceSerialNumber: optional('DeviceSerialNumber', text),
  password: optional('Password', text),
  deviceIdentifier: optional('DeviceIdentifier', text),
  networkIdentifier: optional('NetworkIdentifier', text),
  machineIdentifier: optional('MachineIdentifier', text),
  mediaIdentifier: optional('MediaIdentifier', text),
})

const attestation = structure({
  nonce: required('Nonce', nonce),
  attestationType: required('AttestationType', enumeration('AttestationType')),
  attestationMeasurement: optional('AttestationMeasurement', bytes),
  attestationAssertion: optional('AttestationAssertion', bytes),
})

const oneTimePassword = structure({
  username: required('Username', text),
  password: optional('Password', text),
  oneTimePassword: required('OneTimePassword', text),
})

const hashedPassword = structure({
  username: required('Username', text),
  timeStamp: required('TimeStamp', dateTimeExtended),
  hashingAlgorithm: optional('HashingAlgorithm', enumeration('HashingAlgorithm')),
  hashedPassword: required('HashedPassword', bytes),
})

const ticketCredential = structure({ ticket: required('Ticket', ticket) })

const credentialTypes = {
  UsernameAndPassword: usernameAndPassword,
  Device: device,
  Attestation: attestation,
  OneTimePassword: oneTimePassword,
  HashedPassword: hashedPassword,
  Ticket: ticketCredential,
} as const

type CredentialTypes = typeof credentialTypes

/** A vendor's own credential type carries items that no table describes. */
export type Credential =
  | {
      readonly [Name in keyof CredentialTypes]: {
        readonly credentialType: Name
        readonly credentialValue: ValueOf<CredentialTypes[Name]>
      }
    }[keyof CredentialTypes]
  | { readonly credentialType: number; readonly credentialValue: readonly Item[] }

const raw = structure({
  credentialType: required('CredentialType', enumeration('CredentialType')),
  credentialValue: required('CredentialValue', anyItems),
})

const valueTag = tagNumber('CredentialValue')

const typeOf = (credentialType: keyof CredentialTypes | number): Type<unknown> =>
  (typeof credentialType === 'number' ? anyItems : credentialTypes[credentialType]) as Type<unknown>

const credential: Type<Credential> = {
  read: (item, version) => {
    const { credentialType, credentialValue } = raw.read(item, version)
    const inner = anyItems.write(valueTag, credentialValue, version)
    const value = typeOf(credentialType).read(inner, version)
    return { credentialType, credentialValue: value } as Credential
  },
  write: (tag, { credentialType, credentialValue }, version: Version) => {
    const inner = typeOf(credentialType).write(valueTag, credentialValue, version)
    return raw.write(
      tag,
      { credentialType, credentialValue: anyItems.read(inner, version) },
      version,
    )
  },
}

/** One credential in 1.0 and 1.1, any number later. */
export const authentication = structure({ credentials: some('Credential', credential) })
