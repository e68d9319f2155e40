/** Finds the versions that both sides speak (KMIP 2.1 §6.1.16). */
import { many } from '../schema/structure.ts'
import { protocolVersion } from '../structures/protocol-version.ts'
import { operation } from './operation.ts'

export const discoverVersions = operation(
  'DiscoverVersions',
  { since: '1.1' },
  {
    protocolVersions: many('ProtocolVersion', protocolVersion),
  },
  {
    protocolVersions: many('ProtocolVersion', protocolVersion),
  },
)
