/** Limits of what the chains' decoders accept; the request as a whole is bounded before. */

/** Nesting of RLP lists: transaction, access list, its entry, its storage keys. */
export const rlpDepthMax = 4
/** Access-list entries, authorizations or blob hashes of one transaction. */
export const ethereumListMax = 1024
/** Values (tuples, arrays, atoms) among the arguments of one call. */
export const abiValuesMax = 8192
/** How deep calls hold calls, and how many of them one transaction or message makes. */
export const nestedCallsDepthMax = 4
export const nestedCallsMax = 256
/** Struct types of one EIP-712 document, and members of one struct. */
export const typedDataTypesMax = 64
export const typedDataMembersMax = 64
/** Values (structs, arrays, atoms) of one EIP-712 document. */
export const typedDataValuesMax = 4096
/** Depth of structs and arrays of one EIP-712 document. */
export const typedDataDepthMax = 16
/** Characters of a message or of a name that the details repeat for people. */
export const detailCharactersMax = 256
/** Inputs and outputs of one PSBT. */
export const psbtInputsMax = 1000
export const psbtOutputsMax = 4000
/**
 * The highest index at which an output still counts as the account's own. Software that lies about
 * a change address could otherwise hide it where no wallet would ever look (DESIGN §6).
 */
export const changeIndexMax = 100_000
/** Indices of each branch that are tried for a PSBT that names no derivation paths (BIP-44 gap). */
export const scriptMatchIndices = 20
/** Solana's packet: a transaction with its signatures (IPv6 minimum MTU less headers). */
export const solanaTransactionBytesMax = 1232
/** An off-chain message of Solana's third format: its length is a 16-bit integer. */
export const solanaOffChainBytesMax = 65_535
