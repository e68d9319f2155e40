/** Limits of what the chains' decoders accept; the request as a whole is bounded before. */

/** Nesting of RLP lists: transaction, access list, its entry, its storage keys. */
export const rlpDepthMax = 4
/** Access-list entries, authorizations or blob hashes of one transaction. */
export const ethereumListMax = 1024
/** Struct types of one EIP-712 document, and members of one struct. */
export const typedDataTypesMax = 64
export const typedDataMembersMax = 64
/** Values (structs, arrays, atoms) of one EIP-712 document. */
export const typedDataValuesMax = 4096
/** Depth of structs and arrays of one EIP-712 document. */
export const typedDataDepthMax = 16
/** Characters of a message or of a name that the details repeat for people. */
export const detailCharactersMax = 256
