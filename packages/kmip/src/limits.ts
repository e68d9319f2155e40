/** Limits of a message. Each is checked where the bytes enter, before anything is allocated. */

/** How deep structures may nest. */
export const depthMax = 64
/** Bytes of one message, header included; a listener may set another. */
export const messageBytesMax = 1024 * 1024
/** Items in one message. The smallest item takes eight bytes, so this bounds memory too. */
export const itemsMax = 65_536
/** Batch items of one message. */
export const batchItemsMax = 256
/** Repetitions of one field, such as attributes of an object. */
export const repetitionsMax = 4096
/** Bytes of text that the XML and JSON forms of a message may take. */
export const textBytesMax = 4 * messageBytesMax
/** Requests that a client has in flight before it refuses to queue more. */
export const requestsInFlightMax = 256
