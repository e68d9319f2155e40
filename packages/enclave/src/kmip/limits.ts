/** Limits of the KMIP server. */

/** Bytes of one request in its TTLV form. */
export const kmipRequestBytesMax = 1024 * 1024
/**
 * Bytes of one answer in its TTLV form: an object that came in a request of its size leaves again,
 * with its attributes, and a node passes it on in one frame.
 */
export const kmipAnswerBytesMax = kmipRequestBytesMax + 32 * 1024
/** Objects that one tenant may have, destroyed ones included. */
export const tenantObjectsMax = 65_536
/** Objects that one batch with Undo makes or changes: zones are sent them together. */
export const storedTogetherMax = 64
/** Objects that one Locate answers where it names no maximum. */
export const locatedMax = 1000
/** Streams and pending operations of one tenant. */
export const streamsMax = 64
export const pendingMax = 64
export const ticketsMax = 256
/** Objects of groups whose turn is remembered. */
export const turnsMax = 4096
/** Tenants whose streams, tickets and pending operations are in memory. */
export const tenantsInMemoryMax = 4096
/** Bytes that one stream may gather before its last part. */
export const streamBytesMax = 4 * 1024 * 1024
/** Bytes of one RNG Retrieve. */
export const randomBytesMax = 65_536
/** Seconds that a ticket is good for, at most. */
export const ticketSecondsMax = 3600
/** PKCS#11 sessions of one tenant, and bytes of the parameters of one call. */
export const pkcs11SessionsMax = 64
export const pkcs11ParameterBytesMax = 64
/** States of objects whose attributes are kept read, over all tenants. */
export const decodedStatesMax = 16_384
/** Rights of one ticket, and bytes of the defaults and constraints of a tenant. */
export const ticketRightsMax = 64
export const settingsBytesMax = 16_384
/** Private keys of general objects that are kept opened, and for how long without use. */
export const signingKeysMax = 1024
export const signingKeyIdleMs = 60_000
/** Attempts to change a state that another request changes at the same time. */
export const conflictAttempts = 40
/** Objects in the indexes of Locate, over all tenants. */
export const indexedObjectsMax = 262_144
