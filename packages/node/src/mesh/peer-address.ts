/** Where a peer is dialled, and the zone that must be found there. */
import type { ZoneId } from '@holdfast/base/ids'

export type HostPort = { readonly host: string; readonly port: number }
export type PeerAddress = HostPort & { readonly zone: ZoneId }

export const addressText = ({ host, port }: HostPort): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
