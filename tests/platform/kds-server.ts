/** AMD's Key Distribution Service on loopback, as §4 of its specification answers, for one chip. */
import { createServer } from 'node:http'
import { toPemChain } from '@holdfast/attestation'
import { fromHex } from '@holdfast/base/bytes'
import type { SnpCollateral } from '@holdfast/base/collateral'
import type { ServiceAddress } from '@holdfast/node/platform/pccs/https-get'
import { listenOnLoopback } from '../support/loopback-server.ts'

export type KdsServer = {
  readonly address: ServiceAddress
  /** Paths with queries, as they came. */
  readonly asked: string[]
  /** What is answered from now on; a number is a status for every path. */
  answer(what: SnpCollateral | number): void
  stop(): Promise<void>
}

export const startKds = async (collateral: SnpCollateral): Promise<KdsServer> => {
  const asked: string[] = []
  let answering: SnpCollateral | number = collateral
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (typeof answering === 'number') return response.writeHead(answering).end()
    const name = path.replace('/vcek/v1/Milan/', '')
    if (name === 'crl') return response.end(fromHex(answering.crl))
    if (name === 'cert_chain') {
      return response.end(toPemChain([answering.ask, answering.ark].map(fromHex)))
    }
    return name.includes('?')
      ? response.end(fromHex(answering.vcek))
      : response.writeHead(404).end()
  })
  const { port, stop } = await listenOnLoopback(server)
  return {
    address: { url: `http://127.0.0.1:${port}/` },
    asked,
    answer: (what) => {
      answering = what
    },
    stop,
  }
}
