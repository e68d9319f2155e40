/** Limits of keys. */

/** A BIP-39 passphrase in UTF-8, after NFKD. */
export const passphraseBytesMax = 1024
/** A seed phrase as text: 24 words of at most 8 letters, with some white space to spare. */
export const phraseBytesMax = 1024
/** A PKCS#8 file of one elliptic curve key; real ones have at most about 240 bytes. */
export const pkcs8BytesMax = 1024
