/**
 * PKCS#11 (KMIP 2.1 §6.1.37) as far as a library without tokens goes: C_Initialize, C_GetInfo and
 * C_Finalize; other functions answer FUNCTION_NOT_SUPPORTED. Parameters are encoded as the
 * PKCS#11 profile says: CK_BYTE in one byte, CK_ULONG in eight, strings padded with blanks
 * (KMIP Profiles 2.1 §5.18.1).
 */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import type { ResponsePayload } from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import { pkcs11ParameterBytesMax } from '../limits.ts'
import { handler, type Scope } from '../scope.ts'
import type { KmipServerFacts } from '../server-facts.ts'

type Answer = Omit<ResponsePayload<'PKCS_11'>, 'pkcs11Function' | 'pkcs11Interface'>
type Call = (scope: Scope, session: Bytes | undefined) => Answer

const interfaceName = 'PKCS 11'
const cryptokiVersion = Uint8Array.of(2, 40)

const textBytes = 32

/** UTF-8 padded with blanks; of a text that is too long no character is cut in two. */
const padded = (text: string): Bytes => {
  const bytes = utf8(text)
  let end = Math.min(bytes.length, textBytes)
  while (end < bytes.length && end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1
  const field = new Uint8Array(textBytes).fill(0x20)
  field.set(bytes.subarray(0, end))
  return field
}

/** CK_INFO: version, manufacturer, flags (none), library, its version. */
const info = ({ manufacturer, library, libraryVersion }: KmipServerFacts['pkcs11']): Bytes =>
  concat(
    cryptokiVersion,
    padded(manufacturer),
    new Uint8Array(8),
    padded(library),
    Uint8Array.of(...libraryVersion),
  )

const isOpen = ({ memory }: Scope, session: Bytes | undefined): boolean =>
  session !== undefined && memory.pkcs11.get(session) === true

const calls: Readonly<Record<string, Call>> = {
  C_Initialize: (scope, session) => {
    if (isOpen(scope, session)) return { pkcs11ReturnCode: 'CRYPTOKI_ALREADY_INITIALIZED' }
    const correlationValue = scope.entropy.bytes(16)
    scope.memory.pkcs11.set(correlationValue, true)
    return { correlationValue, pkcs11ReturnCode: 'OK' }
  },
  C_GetInfo: (scope, session) =>
    isOpen(scope, session)
      ? { pkcs11OutputParameters: info(scope.facts.pkcs11), pkcs11ReturnCode: 'OK' }
      : { pkcs11ReturnCode: 'CRYPTOKI_NOT_INITIALIZED' },
  C_Finalize: (scope, session) =>
    session !== undefined && scope.memory.pkcs11.take(session) === true
      ? { pkcs11ReturnCode: 'OK' }
      : { pkcs11ReturnCode: 'CRYPTOKI_NOT_INITIALIZED' },
}

export const pkcs11 = handler('PKCS_11', (scope, request) => {
  const { pkcs11Interface, pkcs11Function, pkcs11InputParameters: parameters } = request
  if (pkcs11Interface !== undefined && pkcs11Interface !== interfaceName) {
    failWith('PKCS_11InvalidInterface', 'there is no such interface')
  }
  if (typeof pkcs11Function === 'number') {
    failWith('PKCS_11InvalidFunction', 'the function is not in the interface')
  }
  if (parameters !== undefined && parameters.length > pkcs11ParameterBytesMax) {
    failWith('PKCS_11CodecError', 'the parameters are too long')
  }
  const call = calls[pkcs11Function]
  const answer: Answer =
    call === undefined
      ? { pkcs11ReturnCode: 'FUNCTION_NOT_SUPPORTED' }
      : call(scope, request.correlationValue)
  return { pkcs11Function, ...answer }
})
