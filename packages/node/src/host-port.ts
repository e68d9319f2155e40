/** An address as text: `host:port`, `[::1]:port`; port 0 lets the system choose. */
import { fail } from '@holdfast/base/errors'
import type { HostPort } from './mesh/peer-address.ts'

export const parseHostPort = (text: string, subject: string): HostPort => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  return host === undefined || port > 65_535
    ? fail('bad_configuration', 'an address is host:port', subject)
    : { host, port }
}
