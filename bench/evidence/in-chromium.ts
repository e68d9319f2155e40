/** The same verifications in Chromium, from a page that a server on loopback gives. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { toHex } from '@holdfast/base/bytes'
import { rolldown } from 'rolldown'
import { chromiumFlags } from '../../tests/support/chromium-flags.ts'
import type { BrowserResult, SentCase } from './browser-page.ts'
import type { EvidenceCase } from './cases.ts'

const timeoutMs = 90_000

export type BrowserBundle = { readonly code: string; readonly gzipBytes: number }

/** One file for a browser, minified. */
export const bundleForBrowser = async (input: string): Promise<BrowserBundle> => {
  await using build = await rolldown({
    input,
    platform: 'browser',
    tsconfig: false,
    logLevel: 'silent',
  })
  const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false })
  const { code } = output[0]
  return { code, gzipBytes: gzipSync(code).length }
}

const sentCase = ({ name, nowMs, parts }: EvidenceCase): SentCase => ({
  name,
  nowMs,
  parts: Object.fromEntries(Object.entries(parts).map(([part, bytes]) => [part, toHex(bytes)])),
})

const flags: readonly string[] = ['--headless', '--no-sandbox', ...chromiumFlags]

/** Throws where the page fails or the browser does not answer in time. */
export const timeInChromium = async (
  chromium: string,
  cases: readonly EvidenceCase[],
): Promise<BrowserResult['timings']> => {
  const { code } = await bundleForBrowser(join(import.meta.dirname, 'browser-page.ts'))
  const got = Promise.withResolvers<BrowserResult>()
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      request.on('end', () => {
        got.resolve(JSON.parse(body) as BrowserResult)
        response.end()
      })
      return
    }
    const answers: Readonly<Record<string, readonly [type: string, body: string]>> = {
      '/': ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'],
      '/page.js': ['text/javascript', code],
      '/cases': ['application/json', JSON.stringify(cases.map(sentCase))],
    }
    const [type, body] = answers[request.url ?? ''] ?? ['text/plain', '']
    response.writeHead(200, { 'content-type': type }).end(body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-chromium-'))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, url], {
    stdio: 'ignore',
  })
  const exited = new Promise((resolve) => browser.once('exit', resolve))
  const timer = setTimeout(() => got.reject(new Error('Chromium does not answer')), timeoutMs)
  try {
    const result = await got.promise
    if (result.error !== undefined) throw new Error(result.error)
    return result.timings
  } finally {
    clearTimeout(timer)
    browser.kill('SIGKILL')
    await exited
    server.closeAllConnections()
    server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
