/** Limits of what may be sent. Each is enforced where the bytes enter. */

/** One request, as its owner signed it. */
export const requestBytesMax = 256 * 1024
/** One frame of a sealed session or of a mesh link, header and tag included. */
export const frameBytesMax = 1024 * 1024
/** One frame between nodes: the largest message of a client, and what goes around it. */
export const meshFrameBytesMax = frameBytesMax + 64 * 1024
export const jsonDepthMax = 32
export const derDepthMax = 16
export const authorisationsMax = 16
export const personsMax = 32
export const credentialsMax = 64
export const accountsMax = 256
/** The parts of a passkey's proof: authenticator data, client data, signature. */
export const passkeyProofBytesMax = 4096
export const zonesMax = 64
/** Changes of a wallet's placement of which it keeps how limits were divided before. */
export const placementChangesMax = 8
export const policyRulesMax = 256
/** Freezes and cancellations that a zone keeps of one wallet. */
export const marksMax = 256
/** Requests whose outcome a wallet remembers, and changes of one that a zone saw superseded. */
export const pastRequestsMax = 32
/** Objects of a wallet that one zone names of which changes were left behind. */
export const supersededObjectsMax = 1000
/** Changes of one wallet that wait for their delay, and the longest request among them. */
export const pendingChangesMax = 8
export const pendingChangeBytesMax = 64 * 1024
/** Requests of one wallet that wait for approvals, and the longest of them. */
export const waitsPerWalletMax = 32
export const waitBytesMax = 64 * 1024
/** How long a change may be delayed at most. */
export const changeDelayMsMax = 30 * 24 * 3_600_000
export const limitsPerRuleMax = 8
/** Methods or forms of typed data that one rule names, and conditions on the fields of one. */
export const namedCallsMax = 64
export const conditionsMax = 16
/** Parameters of a method that a policy names, tuples included, and how deep they nest. */
export const methodFieldsMax = 64
export const methodDepthMax = 4
/** How long a window of a limit is. */
export const limitWindowMsMin = 60_000
export const limitWindowMsMax = 366 * 86_400_000
/** How far ahead a request may expire. */
export const requestLifetimeMsMax = 15 * 60_000
/** How far ahead a request may expire that waits for approvals. */
export const waitMsMax = 7 * 24 * 3_600_000
/** How far a client's clock may be ahead of or behind the node's. */
export const clockSkewMsMax = 60_000
/** How long a sealed session may live. */
export const sessionLifetimeMsMax = 60 * 60_000
/** One part of a quote's collateral: a JSON text, a CRL or a chain of certificates. */
export const collateralPartBytesMax = 64 * 1024
/** A quote; Gramine gives at most 8 KiB. */
export const quoteBytesMax = 16 * 1024
/** Evidence as JSON: identity, quote and collateral. */
export const evidenceBytesMax = 512 * 1024
/** A node's identity document. */
export const identityBytesMax = 4 * 1024
/** How long an identity lives at most; verifiers refuse a longer one. */
export const identityLifetimeMsMax = 24 * 3_600_000
/** How far the clock of a node may be ahead of the clock of who verifies it. */
export const identitySkewMsMax = 3_600_000
/** A certificate that carries evidence. */
export const certificateBytesMax = 256 * 1024
/** How long a new measurement waits at most; longer than a manifest lives helps nobody. */
export const measurementDelayMsMax = 90 * 86_400_000
/** A manifest, before its signatures. */
export const manifestBytesMax = 256 * 1024
export const measurementsMax = 32
export const platformsMax = 1024
/** Author keys of SEV-SNP guests that a manifest lists. */
export const snpKeysMax = 16
export const governorsMax = 32
/** Boots that one statement of governors names, and its bytes before signatures. */
export const statementBootsMax = 256
export const statementBytesMax = 64 * 1024
