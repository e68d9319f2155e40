/**
 * Every operation that this server does, by its name; what is absent is not supported. Poll and
 * Process answer for another operation (pending.ts).
 */
import type { OperationName } from '@holdfast/kmip'
import type { Handler } from '../scope.ts'
import { activate } from './activate.ts'
import { addAttribute } from './add-attribute.ts'
import { adjustAttribute } from './adjust-attribute.ts'
import { archive } from './archive.ts'
import { cancel } from './cancel.ts'
import { certify } from './certify.ts'
import { check } from './check.ts'
import { create } from './create.ts'
import { createKeyPair } from './create-key-pair.ts'
import { createSplitKey } from './create-split-key.ts'
import { decrypt } from './decrypt.ts'
import { delegatedLogin } from './delegated-login.ts'
import { deleteAttribute } from './delete-attribute.ts'
import { deriveKey } from './derive-key.ts'
import { destroy } from './destroy.ts'
import { discoverVersions } from './discover-versions.ts'
import { encrypt } from './encrypt.ts'
import { exportObject } from './export.ts'
import { get } from './get.ts'
import { getAttributeList } from './get-attribute-list.ts'
import { getAttributes } from './get-attributes.ts'
import { getConstraints } from './get-constraints.ts'
import { getUsageAllocation } from './get-usage-allocation.ts'
import { hash } from './hash.ts'
import { importObject } from './import.ts'
import { interop } from './interop.ts'
import { joinSplitKey } from './join-split-key.ts'
import { locate } from './locate.ts'
import { log } from './log.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { mac } from './mac.ts'
import { macVerify } from './mac-verify.ts'
import { modifyAttribute } from './modify-attribute.ts'
import { notify } from './notify.ts'
import { obtainLease } from './obtain-lease.ts'
import { ping } from './ping.ts'
import { pkcs11 } from './pkcs11.ts'
import { put } from './put.ts'
import { query } from './query.ts'
import { queryAsynchronousRequests } from './query-asynchronous-requests.ts'
import { reCertify } from './re-certify.ts'
import { reKey } from './re-key.ts'
import { reKeyKeyPair } from './re-key-key-pair.ts'
import { recover } from './recover.ts'
import { register } from './register.ts'
import { revoke } from './revoke.ts'
import { rngRetrieve } from './rng-retrieve.ts'
import { rngSeed } from './rng-seed.ts'
import { setAttribute } from './set-attribute.ts'
import { setConstraints } from './set-constraints.ts'
import { setDefaults } from './set-defaults.ts'
import { setEndpointRole } from './set-endpoint-role.ts'
import { sign } from './sign.ts'
import { signatureVerify } from './signature-verify.ts'
import { validate } from './validate.ts'

export const handlers: { readonly [Name in OperationName]?: Handler<Name> } = {
  Create: create,
  CreateKeyPair: createKeyPair,
  Register: register,
  ReKey: reKey,
  ReKeyKeyPair: reKeyKeyPair,
  Locate: locate,
  Check: check,
  Get: get,
  GetAttributes: getAttributes,
  GetAttributeList: getAttributeList,
  AddAttribute: addAttribute,
  ModifyAttribute: modifyAttribute,
  DeleteAttribute: deleteAttribute,
  SetAttribute: setAttribute,
  AdjustAttribute: adjustAttribute,
  ObtainLease: obtainLease,
  GetUsageAllocation: getUsageAllocation,
  Activate: activate,
  Revoke: revoke,
  Destroy: destroy,
  Archive: archive,
  Recover: recover,
  Query: query,
  DiscoverVersions: discoverVersions,
  Cancel: cancel,
  Encrypt: encrypt,
  Decrypt: decrypt,
  Sign: sign,
  SignatureVerify: signatureVerify,
  MAC: mac,
  MACVerify: macVerify,
  RNGRetrieve: rngRetrieve,
  RNGSeed: rngSeed,
  Hash: hash,
  Import: importObject,
  Export: exportObject,
  Log: log,
  Interop: interop,
  Certify: certify,
  ReCertify: reCertify,
  CreateSplitKey: createSplitKey,
  JoinSplitKey: joinSplitKey,
  SetEndpointRole: setEndpointRole,
  Notify: notify,
  Put: put,
  DeriveKey: deriveKey,
  Validate: validate,
  Login: login,
  Logout: logout,
  Ping: ping,
  GetConstraints: getConstraints,
  SetConstraints: setConstraints,
  SetDefaults: setDefaults,
  QueryAsynchronousRequests: queryAsynchronousRequests,
  DelegatedLogin: delegatedLogin,
  PKCS_11: pkcs11,
}
