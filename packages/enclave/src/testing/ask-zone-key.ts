/** A node of some code that asks another node for the key of a zone. */

import type { Result } from '@holdfast/base/errors'
import { BootId, ZoneId } from '@holdfast/base/ids'
import {
  encodePeerRequest,
  type PeerAnswer,
  parsePeerAnswer,
} from '../replication/peers/messages.ts'
import type { TestMesh } from './test-mesh.ts'

/** What the node `of` answers a node of eu-west that runs this code. */
export const askZoneKey = async (
  mesh: TestMesh,
  of: string,
  measurement: string,
): Promise<Result<PeerAnswer<'zone.key'>>> => {
  const asking = {
    zone: ZoneId('eu-west'),
    boot: BootId(`boot_${'7'.repeat(32)}`),
    level: 3,
    measurement,
    roundTripMs: 1,
  }
  const asked = encodePeerRequest({ type: 'zone.key' })
  return parsePeerAnswer('zone.key', await mesh.node(of).core.peerMessage(asking, asked))
}
