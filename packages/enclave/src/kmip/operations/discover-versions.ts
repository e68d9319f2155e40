/** Discover Versions (KMIP 2.1 §6.1.16): newest first, or the client's order where it has one. */
import { protocolVersionOf, versionOf, versions } from '@holdfast/kmip'
import { handler } from '../scope.ts'

export const discoverVersions = handler('DiscoverVersions', (_scope, request) => {
  const wanted = request.protocolVersions ?? []
  const all = versions.toReversed()
  const both =
    wanted.length === 0
      ? all
      : wanted.flatMap(({ protocolVersionMajor: major, protocolVersionMinor: minor }) => {
          const version = versionOf(major, minor)
          return version === undefined ? [] : [version]
        })
  return { protocolVersions: both.map(protocolVersionOf) }
})
