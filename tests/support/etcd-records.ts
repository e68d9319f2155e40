/** What lies in a zone's etcd, read behind the nodes' backs: every record as it is sealed. */
import type { EtcdProcess } from '@holdfast/cli/processes/etcd-cluster'

export type EtcdRecord = {
  readonly name: string
  /** Of the zone's key that sealed it (packages/enclave/src/records/record-seal.ts). */
  readonly epoch: number
}

type Range = { readonly kvs?: readonly { readonly key: string; readonly value: string }[] }

export const etcdRecords = async (
  members: readonly EtcdProcess[],
  zone: string,
): Promise<readonly EtcdRecord[]> => {
  const member = members.find((one) => one.zone === zone)
  if (member === undefined) throw new Error(`no etcd of ${zone}`)
  const prefix = `${zone}/record/`
  const [key, end] = [prefix, `${prefix.slice(0, -1)}0`].map((text) =>
    Buffer.from(text).toString('base64'),
  )
  const answer = await fetch(`${member.url}/v3/kv/range`, {
    method: 'POST',
    body: JSON.stringify({ key, range_end: end }),
  })
  const { kvs = [] } = (await answer.json()) as Range
  return kvs.map(({ key: name, value }) => ({
    name: Buffer.from(name, 'base64').toString().slice(prefix.length),
    epoch: Buffer.from(value, 'base64').readUInt32BE(1),
  }))
}
