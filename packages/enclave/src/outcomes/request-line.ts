/** The requests that made a wallet's versions, one after the other, as its document names them. */
import { pastRequestsMax } from '@holdfast/base/limits'
import type { PastRequest } from '@holdfast/base/past-request'
import type { Wallet } from '@holdfast/base/wallet'

type Document = Pick<Wallet, 'epoch' | 'version' | 'request' | 'changedAt' | 'by' | 'past'>

const ownOf = ({ epoch, version, request, changedAt, by }: Document): PastRequest => ({
  epoch,
  version,
  request,
  at: changedAt,
  ...(by === undefined ? {} : { by }),
})

/** All that are remembered, the document's own last. */
export const requestLine = (wallet: Document): readonly PastRequest[] => [
  ...(wallet.past ?? []),
  ownOf(wallet),
]

/** What the next version remembers. */
export const pastAfter = (wallet: Document): PastRequest[] =>
  requestLine(wallet).slice(-pastRequestsMax)

/** The last version that a request made; undefined where the document does not remember it. */
export const versionBy = (wallet: Document, request: string): PastRequest | undefined =>
  requestLine(wallet).findLast((one) => one.request === request)

/** Changes of `held` that `next`, of a later home, does not contain. */
export const leftBehind = (held: Document, next: Document): readonly PastRequest[] => {
  const line = requestLine(next)
  const kept = new Set(line.map(({ request }) => request))
  // What is older than all that the next one remembers was adopted long ago.
  const oldest = line.length > pastRequestsMax ? (line[0]?.version ?? 0) : 0
  return requestLine(held).filter(({ request, version }) => version > oldest && !kept.has(request))
}
