/**
 * Which store this is: the id of the cluster, and a marker that the first node wrote among the
 * records. Cluster ids alone come from names and addresses and repeat when a cluster is made anew.
 */
import { type Bytes, equalBytes, toHex } from '@holdfast/base/bytes'
import type { Answer } from './ask.ts'
import type { Calls } from './calls.ts'
import type { KeySpace } from './key-space.ts'
import { readDeadlineMs } from './limits.ts'
import { compareTargets, type RequestOf, type ResponseOf } from './messages.ts'

export type StoreIdentity = {
  readonly clusterId: bigint
  readonly id: Bytes
  /** The revision of etcd that wrote the marker: the store counts its own from there. */
  readonly origin: bigint
}

const idBytes = 16

/** Undefined where there is no marker, or something that no node wrote. */
export const identityIn = (response: ResponseOf<'range'>): StoreIdentity | undefined => {
  const [kv] = response.kvs
  if (response.header === undefined || kv === undefined) return undefined
  if (kv.value.length !== idBytes || kv.version !== 1n) return undefined
  return { clusterId: response.header.clusterId, id: kv.value, origin: kv.createRevision }
}

export const readMarker = (
  calls: Calls,
  keys: KeySpace,
  deadlineMs = readDeadlineMs,
): Promise<Answer<ResponseOf<'range'>>> => calls.read({ key: keys.marker }, deadlineMs)

/** Creates the marker, once: the first of several nodes wins. */
export const markerCreation = (keys: KeySpace, id: Bytes): RequestOf<'txn'> => ({
  compare: [{ target: compareTargets.create, key: keys.marker, createRevision: 0n }],
  success: [{ requestPut: { key: keys.marker, value: id } }],
})

export const incarnationOf = (clusterId: bigint, identity: StoreIdentity | undefined): string =>
  `${clusterId.toString(16)}-${identity === undefined ? 'none' : toHex(identity.id)}`

export const sameIdentity = (left: StoreIdentity, right: StoreIdentity): boolean =>
  left.clusterId === right.clusterId &&
  left.origin === right.origin &&
  equalBytes(left.id, right.id)
