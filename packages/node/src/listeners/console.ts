/** The web page of a node: three files of one folder, read once, served where it is configured. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { accept, fail } from '@holdfast/base/errors'
import { consoleFileBytesMax } from '../limits.ts'
import type { Route } from './routes.ts'

/** What the page may do: run its own script (WebAssembly too), and speak to this node. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const headers = {
  'content-security-policy': contentPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const

const files = [
  { path: '/console', name: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/console/console.js', name: 'console.js', type: 'text/javascript; charset=utf-8' },
  { path: '/console/console.css', name: 'console.css', type: 'text/css; charset=utf-8' },
] as const

const read = (path: string): Uint8Array => {
  try {
    return readFileSync(path)
  } catch {
    return fail('bad_configuration', 'the folder of the page lacks a file', path)
  }
}

/** Throws a `RefusalError` with `bad_configuration` where the folder is not that of a page. */
export const consoleRoutes = (folder: string): readonly Route[] =>
  files.map(({ path, name, type }) => {
    const bytes = read(join(folder, name))
    if (bytes.length > consoleFileBytesMax) {
      fail('bad_configuration', 'a file of the page is too long', name)
    }
    return { method: 'GET', path, headers, answer: async () => accept({ type, bytes }) }
  })
