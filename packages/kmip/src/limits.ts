/** Limits of a message. Each is checked where the bytes enter, before anything is allocated. */

/** How deep structures may nest. */
export const depthMax = 64
/** Bytes of one message, header included; a listener may set another. */
export const messageBytesMax = 1024 * 1024
/** Bytes of an answer that a client reads: what it sent comes back with more around it. */
export const answerBytesMax = messageBytesMax + 64 * 1024
/** Items in one message. The smallest item takes eight bytes, so this bounds memory too. */
export const itemsMax = 65_536
/** Batch items of one message. */
export const batchItemsMax = 256
/** Repetitions of one field, such as attributes of an object. */
export const repetitionsMax = 4096
/** How many times the bytes of a TTLV message its XML or JSON form may take. */
export const textScale = 4
/** Attributes of one XML element; messages need three. */
export const xmlAttributesMax = 8
/** Requests that a client has in flight before it refuses to queue more. */
export const requestsInFlightMax = 256
/** Requests of the server that wait for a client's answer. */
export const serverRequestsMax = 256
