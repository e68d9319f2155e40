/**
 * Every refusal that a caller can meet: code → HTTP status, KMIP result reason, whether the same
 * request may succeed later. A code is in this table before it is used.
 */

export type Retry = 'never' | 'later' | 'elsewhere'

type ErrorEntry = {
  readonly status: number
  /** KMIP 2.1 §11.49 Result Reason by name; older versions map it in packages/kmip. */
  readonly kmip: string
  readonly retry: Retry
  readonly title: string
}

const entry = (status: number, kmip: string, retry: Retry, title: string): ErrorEntry => ({
  status,
  kmip,
  retry,
  title,
})

/** Something that should prove itself did not. */
const distrust = (title: string): ErrorEntry => entry(403, 'PermissionDenied', 'never', title)

/** A proof of a person does not hold. */
const proof = (title: string): ErrorEntry =>
  entry(401, 'AuthenticationNotSuccessful', 'never', title)

export const errorTable = {
  // What was sent cannot be read.
  malformed: entry(400, 'InvalidMessage', 'never', 'The request cannot be parsed'),
  invalid_field: entry(400, 'InvalidField', 'never', 'A field has a value that is not allowed'),
  too_large: entry(413, 'InvalidMessage', 'never', 'The request is larger than the limit'),
  too_slow: entry(408, 'InvalidMessage', 'later', 'The request did not arrive in time'),
  unsupported_media: entry(415, 'InvalidMessage', 'never', 'The body has another media type'),
  method_not_allowed: entry(405, 'OperationNotSupported', 'never', 'Not a method of this path'),
  upgrade_required: entry(426, 'OperationNotSupported', 'never', 'This path is for WebSockets'),
  unknown_operation: entry(404, 'OperationNotSupported', 'never', 'There is no such operation'),
  wrong_mesh: entry(400, 'InvalidField', 'never', 'The request names another mesh'),
  expired: entry(400, 'PermissionDenied', 'never', 'The request has expired'),
  expiry_too_far: entry(400, 'InvalidField', 'never', 'The request expires too far ahead'),

  // Who asks.
  unauthenticated: entry(401, 'AuthenticationNotSuccessful', 'never', 'No valid proof was given'),
  bad_proof: entry(401, 'AuthenticationNotSuccessful', 'never', 'A proof does not verify'),
  out_of_scope: entry(403, 'PermissionDenied', 'never', 'The credential may not do this'),
  passkey_malformed: proof('The proof of the passkey cannot be parsed'),
  passkey_wrong_type: proof('The passkey was asked for something else'),
  passkey_wrong_challenge: proof('The passkey signed another request or purpose'),
  passkey_wrong_origin: proof('The passkey was used on a page of another origin'),
  passkey_cross_origin: proof('The passkey was used inside a page of another origin'),
  passkey_wrong_rp: proof('The passkey belongs to another domain'),
  passkey_not_present: proof('The authenticator did not see a person'),
  passkey_not_verified: proof('The authenticator did not verify the person'),
  passkey_backup_changed: proof('The backup flags of the passkey are not those of its key'),
  passkey_counter_fell: proof('The counter of the passkey fell: there may be a copy of it'),
  login_required: entry(401, 'AuthenticationNotSuccessful', 'never', 'A login has ended: log in'),
  wrong_password: proof('The name or the password is wrong'),
  proof_required: entry(403, 'PermissionDenied', 'never', 'This needs a proof over the request'),
  policy_denied: entry(403, 'PermissionDenied', 'never', 'The policy of the wallet denies this'),
  quorum_not_met: entry(403, 'PermissionDenied', 'never', 'More persons must authorise this'),
  raw_use_denied: entry(403, 'PermissionDenied', 'never', 'Undecodable data may not be signed'),
  not_exportable: entry(
    403,
    'PermissionDenied',
    'never',
    'The secret of a wallet key stays inside',
  ),

  frozen: entry(423, 'PermissionDenied', 'never', 'An owner has frozen the wallet'),
  waiting: entry(409, 'OperationPending', 'never', 'This waits for other persons to approve it'),
  rejected: entry(403, 'PermissionDenied', 'never', 'A person whose approval it needs rejected it'),
  cancelled: entry(409, 'OperationCanceledByRequester', 'never', 'An owner has cancelled this'),

  // Where it is.
  unknown: entry(404, 'ItemNotFound', 'never', 'No zone knows this'),
  not_yet: entry(409, 'ItemNotFound', 'later', 'This zone has not received it yet'),
  not_here: entry(421, 'ItemNotFound', 'elsewhere', 'This node does not hold it'),
  unreachable: entry(503, 'GeneralFailure', 'later', 'The zones that hold it cannot be reached'),
  behind: entry(409, 'GeneralFailure', 'elsewhere', 'This zone is behind what the client has seen'),
  stale: entry(503, 'GeneralFailure', 'later', 'This zone has not heard from the others for long'),
  stale_zone: entry(503, 'GeneralFailure', 'elsewhere', 'This node is not up to date in its zone'),
  pending: entry(503, 'OperationPending', 'later', 'Not enough zones have confirmed this yet'),
  conflict: entry(409, 'GeneralFailure', 'later', 'Something else changed this at the same time'),
  limit_exceeded: entry(429, 'PermissionDenied', 'later', 'A limit of the policy is spent'),
  not_counted: entry(503, 'GeneralFailure', 'later', 'Too few zones confirm what was counted'),
  intent_required: entry(400, 'MissingData', 'never', 'The rule needs an intent id'),
  intent_used: entry(409, 'PermissionDenied', 'never', 'The intent has signed something else'),
  locked: entry(403, 'PermissionDenied', 'never', 'Too many guesses: the credential is locked'),
  time_unknown: entry(503, 'GeneralFailure', 'later', 'The zones have not agreed on the time'),
  superseded: entry(409, 'GeneralFailure', 'later', 'Another home orders this by now'),
  change_superseded: entry(
    409,
    'GeneralFailure',
    'never',
    'Another home took over before enough zones held this change',
  ),
  recovering: entry(503, 'GeneralFailure', 'later', 'This zone has yet to hear the other zones'),
  destroyed: entry(410, 'ObjectDestroyed', 'never', 'It was destroyed'),

  // Placement.
  too_few_zones: entry(422, 'InvalidField', 'never', 'Too few zones fulfil the placement'),
  unknown_zone: entry(422, 'InvalidField', 'never', 'The manifest has no such zone'),
  placement_mismatch: entry(422, 'InvalidField', 'never', 'The zones are not those authorised'),

  // Keys.
  bad_checksum: entry(422, 'InvalidField', 'never', 'The checksum of the key is wrong'),
  bad_key: entry(422, 'KeyValueNotPresent', 'never', 'This is not a valid key'),
  wrong_curve: entry(422, 'InvalidField', 'never', 'The key is on another curve'),
  wrong_passphrase: entry(422, 'InvalidField', 'never', 'The passphrase does not open the key'),
  bad_share: entry(422, 'CryptographicFailure', 'never', 'A share of the backup is not good'),
  unsupported: entry(422, 'OperationNotSupported', 'never', 'This is not supported'),

  // Transactions.
  bad_transaction: entry(422, 'InvalidField', 'never', 'The transaction cannot be decoded'),
  wrong_account: entry(422, 'InvalidField', 'never', 'The transaction is not of this account'),

  wrong_signature: distrust('The signature is not of the account over what was asked'),

  // Sealing and sessions.
  bad_seal: entry(400, 'CryptographicFailure', 'never', 'A sealed value cannot be opened'),
  identity_renewed: entry(
    409,
    'CryptographicFailure',
    'later',
    'This is sealed to an identity that has ended: verify the enclave again',
  ),
  unknown_session: entry(401, 'PermissionDenied', 'later', 'The session is not known here'),
  session_expired: entry(401, 'PermissionDenied', 'later', 'The session has expired'),

  // What a typed message cannot be.
  unknown_tag: entry(400, 'UnknownTag', 'never', 'A field is not known in this place or version'),
  unknown_enumeration: entry(
    400,
    'UnknownEnumeration',
    'never',
    'A value is not one of its enumeration in this version',
  ),
  missing_field: entry(400, 'InvalidMessage', 'never', 'A required field is missing'),
  unsupported_version: entry(
    400,
    'UnsupportedProtocolVersion',
    'never',
    'The version of the protocol is not supported',
  ),

  // Evidence: the quote and its collateral.
  quote_malformed: distrust('The quote cannot be parsed'),
  quote_trailing_bytes: distrust('Bytes stand behind the quote'),
  quote_signature: distrust('A signature of the quote does not verify'),
  quote_unsupported: distrust('The quote is of a kind that is not supported'),
  quote_invalid: distrust('The quote does not verify'),
  wrong_quoting_enclave: distrust('The quote was made by another quoting enclave'),
  wrong_attributes: distrust('The attributes of the enclave are not allowed'),
  wrong_tdx_module: distrust('The TDX module is not one that its maker lists'),
  debug_enclave: distrust('The enclave runs in debug mode'),
  unknown_root: distrust('The evidence ends in a root that is not trusted here'),
  chain_malformed: distrust('A chain of certificates cannot be parsed'),
  chain_invalid: distrust('A chain of certificates does not hold together'),
  chip_id_masked: distrust('The chip does not say which one it is'),
  platform_revoked: distrust('A certificate of the platform is revoked'),
  collateral_malformed: distrust('The collateral cannot be parsed'),
  collateral_signature: distrust('A signature of the collateral does not verify'),
  collateral_expired: entry(403, 'PermissionDenied', 'later', 'The collateral has expired'),
  collateral_not_yet_valid: entry(403, 'PermissionDenied', 'later', 'The collateral is of later'),
  collateral_mismatch: distrust('The collateral is of another platform'),
  tcb_unknown: distrust('The collateral does not know the TCB of the platform'),
  tcb_revoked: distrust('The TCB of the platform is revoked'),

  // Evidence: what the manifest says.
  simulated_evidence: distrust('The evidence is simulated and the mesh is not'),
  wrong_measurement: distrust('The manifest does not list the measurement'),
  measurement_not_in_force: distrust('The measurement is not in force yet'),
  tcb_not_allowed: distrust('The manifest does not allow the TCB status'),
  tcb_data_too_old: distrust('The TCB evaluation data is older than the manifest allows'),
  platform_not_listed: distrust('The platform is not on the inventory'),
  wrong_zone: distrust('The inventory assigns the platform to another zone'),
  wrong_report_data: distrust('The quote is not of this identity'),
  identity_malformed: distrust('The identity document cannot be parsed'),
  identity_expired: entry(403, 'PermissionDenied', 'later', 'The identity has expired'),
  identity_not_yet_valid: entry(403, 'PermissionDenied', 'later', 'The identity is of later'),
  wrong_manifest: distrust('The identity names another manifest'),
  wrong_nonce: distrust('The nonce is not signed by the identity'),
  certificate_malformed: distrust('The certificate carries no evidence that can be parsed'),
  wrong_certificate_key: distrust('The key of the certificate is not that of the identity'),
  no_evidence: entry(
    503,
    'GeneralFailure',
    'never',
    'This machine gives no evidence of an enclave',
  ),
  no_collateral: entry(503, 'GeneralFailure', 'later', 'No collateral can be had for the quote'),
  zone_ca_signature: distrust('The CA of the zone is not signed by the verified enclave'),

  // The log of decisions.
  log_forked: distrust('The log of a node has two histories'),
  log_shortened: distrust('The log of a node has lost what was written in it'),

  // Manifests.
  manifest_malformed: distrust('The manifest cannot be parsed'),
  manifest_signature: distrust('Too few governors signed the manifest'),
  manifest_delay: distrust('New code would come into force before the delay is over'),
  manifest_rollback: distrust('The manifest is older than the one that is known'),
  manifest_expired: distrust('The manifest has expired'),
  manifest_chain: distrust('The manifest does not follow the one that is known'),
  manifest_kind_changed: distrust('A mesh stays simulated or hardware for good'),
  manifest_not_genesis: distrust('This is not the first manifest of the mesh'),

  // The key of a zone.
  zone_key_known: distrust('Another key of this zone was admitted'),
  zone_key_unknown: distrust('No such key of this zone was admitted'),
  zone_key_replaced: distrust('The zone has a newer key'),
  zone_not_gone: entry(409, 'GeneralFailure', 'later', 'The zone was heard from under its key'),
  boot_not_confirmed: entry(503, 'GeneralFailure', 'later', 'The boot is not confirmed'),
  boot_replaced: distrust('A newer boot of the zone was confirmed'),
  statement_malformed: distrust('The statement of governors cannot be parsed'),
  statement_signature: distrust('Too few governors signed the statement'),
  zone_key_unavailable: entry(503, 'GeneralFailure', 'later', 'No node gives the key of this zone'),

  // The node.
  limit_reached: entry(429, 'ServerLimitExceeded', 'later', 'A limit of this node is reached'),
  not_ready: entry(503, 'GeneralFailure', 'later', 'This node is not ready'),
  store_failed: entry(503, 'GeneralFailure', 'later', 'The store of this zone does not answer'),
  bad_configuration: entry(500, 'GeneralFailure', 'never', 'The configuration is wrong'),
  address_in_use: entry(503, 'GeneralFailure', 'later', 'An address cannot be listened on'),
  store_in_use: entry(503, 'GeneralFailure', 'later', 'Another process has the store open'),
  outcome_unknown: entry(503, 'GeneralFailure', 'later', 'Whether this happened is not known yet'),
  internal: entry(500, 'GeneralFailure', 'later', 'The node met a fault of its own'),
} as const satisfies Readonly<Record<string, ErrorEntry>>

export type ErrorCode = keyof typeof errorTable

/** A refusal is a value: what was refused, why, and which rule or field it was. */
export type Refusal = {
  readonly code: ErrorCode
  /** One sentence written by this project; never text that came from outside. */
  readonly detail: string
  /** The rule, field or zone that it is about. */
  readonly subject?: string
}

export type Refused = { readonly ok: false; readonly refusal: Refusal }
export type Result<Value> = { readonly ok: true; readonly value: Value } | Refused

export const accept = <Value>(value: Value): Result<Value> => ({ ok: true, value })

/** `refuse('policy_denied', 'no rule allows this', 'rule-3')`. */
export const refuse = (code: ErrorCode, detail: string, subject?: string): Refused => ({
  ok: false,
  refusal: { code, detail, ...(subject === undefined ? {} : { subject }) },
})

/** A refusal as an exception, for parsers deep in a stack; caught at the edge that began them. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError'
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.detail}`)
    this.refusal = refusal
  }
}

/** Throws a `RefusalError`. */
export const fail = (code: ErrorCode, detail: string, subject?: string): never => {
  throw new RefusalError(refuse(code, detail, subject).refusal)
}

/** Runs a parser and turns its `RefusalError` into a value; any other error passes. */
export const attempt = <Value>(parse: () => Value): Result<Value> => {
  try {
    return accept(parse())
  } catch (error) {
    if (error instanceof RefusalError) return { ok: false, refusal: error.refusal }
    throw error
  }
}

/** RFC 9457 problem details of a refusal. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ErrorCode
  readonly retry: Retry
  readonly subject?: string
}

export const toProblem = (refusal: Refusal): Problem => {
  const { status, title, retry } = errorTable[refusal.code]
  return { type: `urn:holdfast:error:${refusal.code}`, title, status, retry, ...refusal }
}

/** Stops the node: an invariant does not hold. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`)
}
