/** Sign by a key of the wallet: data that its chain reads, or raw use, which a rule must name. */
import type { Bytes } from '@holdfast/base/bytes'
import type { RequestPayload } from '@holdfast/kmip'
import { rawUse } from '../crypto/raw-use.ts'
import { extensionValues } from '../extensions.ts'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import { signatureData } from './signature-data.ts'
import { failWaiting, mayWait } from './waiting-sign.ts'
import type { WalletKeyFacts } from './wallet-keys.ts'

type Request = RequestPayload<'Sign'>

const { signatures } = extensionValues

const isStreamed = ({ correlationValue, initIndicator, finalIndicator }: Request): boolean =>
  correlationValue !== undefined || initIndicator === true || finalIndicator === true

/**
 * For a transaction or message the account's chain fixes hash and scheme, whatever the parameters
 * say; of them only the recoverable form of ECDSA is looked at.
 */
export const signByWallet = async (
  scope: Scope,
  key: WalletKeyFacts,
  request: Request,
): Promise<Bytes> => {
  if (isStreamed(request)) {
    failWith('PermissionDenied', 'a key of a wallet signs what it sees whole')
  }
  const { digestedData: digest, cryptographicParameters: parameters = {} } = request
  const data = request.data === undefined ? undefined : scope.batch.data(request.data)
  if ((data === undefined) === (digest === undefined)) {
    failWith('InvalidField', 'either data or a digest is signed')
  }
  const given = { data: data ?? new Uint8Array(0), digest }
  const signed = await scope.signWithWalletKey(key.identifier, {
    data,
    raw: () => rawUse(scope, key.kind, parameters, given),
    mayWait: mayWait(scope),
  })
  const isRecoverable = parameters.digitalSignatureAlgorithm === signatures.recoverableEcdsa
  if (!signed.ok) return failWaiting(signed.refusal, isRecoverable)
  return signatureData(signed.value, key.kind, isRecoverable)
}
