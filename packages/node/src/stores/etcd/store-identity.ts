/**
 * Which store this is: the id of the cluster, and a marker that the first node wrote among the
 * records. Cluster ids alone come from names and addresses and repeat when a cluster is made anew.
 */
import { type Bytes, equalBytes, toHex } from '@holdfast/base/bytes'
import type { Answer } from './ask.ts'
import type { Calls } from './calls.ts'
import type { KeySpace } from './key-space.ts'
import { readDeadlineMs } from './limits.ts'
import { compareTargets, type KeyValue, type TxnRequest, type TxnResponse } from './messages.ts'

export type StoreIdentity = {
  readonly clusterId: bigint
  readonly id: Bytes
  /** The revision of etcd that wrote the marker: the store counts its own from there. */
  readonly origin: bigint
}

/** Where the records of one store lie, and which store it was when it was opened. */
export type StorePlace = { readonly keys: KeySpace; readonly identity: StoreIdentity }

const idBytes = 16

/** Holds in a transaction where the marker is still the one that was read. */
export const sameStore = ({ keys, identity }: StorePlace) => ({
  target: compareTargets.value,
  key: keys.marker,
  value: identity.id,
})

/** Of an answer to `readMarker`. */
export const markerIn = (response: TxnResponse): KeyValue | undefined =>
  response.responses[0]?.responseRange?.kvs[0]

/** Undefined where there is no marker, or something that no node wrote. */
export const identityIn = (response: TxnResponse): StoreIdentity | undefined => {
  const kv = markerIn(response)
  if (response.header === undefined || kv === undefined) return undefined
  if (kv.value.length !== idBytes || kv.version !== 1n) return undefined
  return { clusterId: response.header.clusterId, id: kv.value, origin: kv.createRevision }
}

export const readMarker = (
  calls: Calls,
  keys: KeySpace,
  deadlineMs = readDeadlineMs,
): Promise<Answer<TxnResponse>> =>
  calls.read({ success: [{ requestRange: { key: keys.marker } }] }, deadlineMs)

/** Creates the marker, once: the first of several nodes wins. */
export const markerCreation = (keys: KeySpace, id: Bytes): TxnRequest => ({
  compare: [{ target: compareTargets.mod, key: keys.marker, modRevision: 0n }],
  success: [{ requestPut: { key: keys.marker, value: id } }],
})

export const incarnationOf = (clusterId: bigint, identity: StoreIdentity | undefined): string =>
  `${clusterId.toString(16)}-${identity === undefined ? 'none' : toHex(identity.id)}`

export const sameIdentity = (left: StoreIdentity, right: StoreIdentity): boolean =>
  left.clusterId === right.clusterId &&
  left.origin === right.origin &&
  equalBytes(left.id, right.id)
