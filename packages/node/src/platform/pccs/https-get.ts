/** One bounded GET: no redirect, no other encoding, a deadline over the whole of it. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import * as limits from './limits.ts'

export type HttpAnswer = {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer
}

export type ServiceAddress = {
  /** With or without a path before that of the service's own interface. */
  readonly url: string
  /** PEM of the authority of its TLS certificate; the system's where absent. */
  readonly ca?: string
}

/** A path of the service, behind whatever path its address has. */
export const urlOf = ({ url }: ServiceAddress, path: string): URL =>
  new URL(`${url.replace(/\/+$/, '')}/${path}`)

/** Refuses `no_collateral` with a sentence on what was wrong; never text of the server's. */
export const httpsGet = (
  url: URL,
  options: {
    /** What it is called in words. */
    readonly service: 'PCCS' | 'KDS'
    readonly ca?: string
    readonly signal?: AbortSignal
  },
): Promise<Result<HttpAnswer>> =>
  new Promise((resolve) => {
    const { service } = options
    const no = (detail: string): void => resolve(refuse('no_collateral', detail, url.pathname))
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest
    const timeout = AbortSignal.timeout(limits.answerTimeoutMs)
    const signal =
      options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal])
    const sent = request(
      url,
      {
        method: 'GET',
        headers: { accept: '*/*', 'accept-encoding': 'identity' },
        maxHeaderSize: limits.headersBytesMax,
        agent: false,
        signal,
        ...(options.ca === undefined ? {} : { ca: options.ca }),
      },
      (response) => {
        if (response.statusCode !== 200) {
          no(`the ${service} answers with status ${response.statusCode ?? 0}`)
          response.destroy()
          return
        }
        const chunks: Buffer[] = []
        let length = 0
        response.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length <= limits.answerBytesMax) chunks.push(chunk)
          else response.destroy(new Error('too long'))
        })
        response.on('end', () => {
          resolve(accept({ headers: response.headers, body: Buffer.concat(chunks) }))
        })
        response.on('error', () => no(`the answer of the ${service} is cut or too long`))
      },
    )
    sent.on('error', () => no(`the ${service} cannot be reached`))
    sent.end()
  })
