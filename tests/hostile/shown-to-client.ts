/** What a client is shown in a node's place, on a real socket, and what it says of that. */
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { UntrustedManifest } from '@holdfast/attestation'
import { type Bytes, fromHex, toBase64Url } from '@holdfast/base/bytes'
import { type Evidence, encodeEvidence } from '@holdfast/base/evidence'
import type { MeshId } from '@holdfast/base/ids'
import type { TlsIdentity } from '@holdfast/node/mesh/tls-peer'
import { closeLater } from '@holdfast/node/testing/mesh-nodes'
import { RefusalError } from '@holdfast/sdk'
import { connect } from '@holdfast/sdk/node'

/** A chain as a node gives it. */
export const manifests = (...chain: readonly UntrustedManifest[]): string =>
  JSON.stringify({
    manifests: chain.map(({ bytes, signatures }) => ({
      manifest: toBase64Url(bytes),
      signatures: signatures.map(({ governor, signature }) => ({
        governor,
        signature: toBase64Url(signature),
      })),
    })),
  })

export type Shown = {
  readonly chain: string
  /** By the client's nonce. */
  readonly evidence: (nonce: Bytes) => Evidence
}

/** `seen`: what it is asked for. The origin; `closeAll` ends it. */
export const showClients = async (
  shown: Shown,
  of: { readonly tls?: TlsIdentity; readonly seen?: string[] } = {},
): Promise<string> => {
  const { tls, seen = [] } = of
  const handler: Parameters<typeof createServer>[1] = (request, response) => {
    const url = new URL(request.url ?? '', 'http://node')
    seen.push(`${request.method} ${url.pathname}`)
    const nonce = fromHex(url.searchParams.get('nonce') ?? '')
    const isChain = url.pathname === '/v1/manifest'
    response.setHeader('content-type', 'application/json')
    response.end(isChain ? shown.chain : encodeEvidence(shown.evidence(nonce)))
  }
  const server =
    tls === undefined
      ? createServer(handler)
      : createTlsServer({ key: tls.key, cert: tls.certificate }, handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeLater(() => server.closeAllConnections())
  closeLater(() => server.close())
  const { port } = server.address() as { port: number }
  return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
}

/** `connected`, or the code by which the client refuses. */
export const connectCode = async (
  shown: Shown,
  of: { readonly mesh: MeshId; readonly minimumSerial: number; readonly now: () => number },
): Promise<string> => {
  const nodes = [await showClients(shown)]
  try {
    const client = await connect({ nodes, ...of })
    client.close()
    return 'connected'
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal.code
    const { refusal } = error as { readonly refusal?: { readonly code: string } }
    return refusal?.code ?? String(error)
  }
}
