import { ZoneId } from '@holdfast/base/ids'
import { describe, expect, it } from 'vitest'
import { placementFindings } from './placement-findings.ts'

const zones = ['eu', 'us', 'asia'].map((id) => ({
  id: ZoneId(id),
  name: id,
  latitude: 0,
  longitude: 0,
  level: 1,
}))
const peer = (zone: string, host: string) => ({ zone: ZoneId(zone), host, port: 1 })
const says = (...peers: ReturnType<typeof peer>[]): readonly string[] =>
  placementFindings({ zone: ZoneId('eu'), peers }, { zones }).map(({ what }) => what)

describe('what the doctor says of replicas', () => {
  it('is content where every other zone has a peer', () => {
    expect(says(peer('us', 'a'), peer('asia', 'b'))).toEqual([
      'wallets of this zone may have replicas in 2 other zones',
    ])
    // All zones of a mesh that is tried out are on one machine.
    expect(says(peer('us', '127.0.0.1'), peer('asia', '127.0.0.1'))).toHaveLength(1)
  })

  it('names a zone that nothing is sent to, and a peer of no zone', () => {
    expect(says(peer('us', 'a'), peer('mars', 'b'))).toEqual([
      'no peer of the zone asia is named: nothing is sent there from here',
      'the manifest has no zone mars of a peer',
    ])
  })

  it('names a machine that stands for two zones', () => {
    expect(says(peer('us', 'a'), peer('asia', 'a'))).toContain(
      'one machine serves several zones: us and asia at a',
    )
  })
})
