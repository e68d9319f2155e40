/**
 * A signature by a wallet's key that waits for persons, as KMIP's asynchronous operation (KMIP 2.1
 * §9.2). The correlation value is the hash of the request that waits and the form of its answer,
 * so that any node can be polled.
 */
import { type Bytes, concat, fromHex, toHex } from '@holdfast/base/bytes'
import type { Refusal } from '@holdfast/base/errors'
import type { EnumerationValue, ResponsePayload } from '@holdfast/kmip'
import { failRefused, failWith, KmipPending } from '../failure.ts'
import type { Scope } from '../scope.ts'
import { signatureData } from './signature-data.ts'

const hashBytes = 32

/** A client that can take a late answer says so in the header of its request. */
export const mayWait = ({ header: { asynchronousIndicator: indicator } }: Scope): boolean =>
  indicator === 'Mandatory' || indicator === 'Optional'

/** Answers `waiting` as pending, everything else by its reason. */
export const failWaiting = (refusal: Refusal, isRecoverable: boolean): never => {
  if (refusal.code !== 'waiting' || refusal.subject === undefined) return failRefused(refusal)
  const form = Uint8Array.of(isRecoverable ? 1 : 0)
  throw new KmipPending(concat(fromHex(refusal.subject), form))
}

const nothing = (): never =>
  failWith('InvalidAsynchronousCorrelationValue', 'nothing is pending under this value')

const namedBy = (value: Bytes): { readonly request: string; readonly isRecoverable: boolean } => {
  const form = value[hashBytes]
  if (value.length !== hashBytes + 1 || (form !== 0 && form !== 1)) return nothing()
  return { request: toHex(value.subarray(0, hashBytes)), isRecoverable: form === 1 }
}

/** The payload of Sign, once enough persons have approved. */
export const pollWaitingSign = async (
  scope: Scope,
  value: Bytes,
): Promise<ResponsePayload<'Sign'> | 'waiting'> => {
  const { request, isRecoverable } = namedBy(value)
  const waited = await scope.pollWalletKey(request)
  if (!waited.ok) {
    if (waited.refusal.code === 'waiting') return 'waiting'
    return waited.refusal.code === 'unknown' ? nothing() : failRefused(waited.refusal)
  }
  const { key, signed } = waited.value
  return {
    uniqueIdentifier: key.identifier,
    signatureData: signatureData(signed, key.kind, isRecoverable),
  }
}

/** Cancel (KMIP 2.1 §6.1.5) of a signature that waits. */
export const cancelWaitingSign = async (
  scope: Scope,
  value: Bytes,
): Promise<EnumerationValue<'CancellationResult'>> => {
  if (value.length !== hashBytes + 1) return 'Unavailable'
  const cancelled = await scope.cancelWalletKey(namedBy(value).request)
  if (cancelled.ok) return 'Canceled'
  return cancelled.refusal.code === 'conflict' ? 'Completed' : 'Unavailable'
}
