/** A PyKMIP server on loopback, with certificates of its own, that ends with the test. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import type { ByteStream, Timer } from '../../packages/kmip/src/index.ts'
import { findProgram } from '../support/program.ts'

export type ForeignPrograms = { readonly server: string; readonly openssl: string }

/** Says what is absent. */
export const findForeignPrograms = (): ForeignPrograms | undefined => {
  const server = findProgram({
    program: 'pykmip-server',
    install: 'apt-get install python3-pykmip',
    paths: ['/usr/bin/pykmip-server'],
  })
  const openssl = findProgram({ program: 'openssl', install: 'apt-get install openssl' })
  return server === undefined || openssl === undefined ? undefined : { server, openssl }
}

export type ForeignServer = AsyncDisposable & {
  /** Its first process; it has others below it. */
  readonly pid: number
  connect(): Promise<TLSSocket>
}

export type ForeignOptions = ForeignPrograms & {
  /** What its log tells: a line for each request from INFO on. */
  readonly logLevel?: 'INFO' | 'WARNING'
  /** The command that runs this one, as `taskset` does. */
  readonly wrap?: (command: readonly string[]) => readonly string[]
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })

const makeCertificates = (openssl: string, folder: string): void => {
  const run = (...words: readonly string[]): void =>
    void execFileSync(openssl, words, { cwd: folder, stdio: 'ignore' })
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  run('req', '-x509', ...fresh, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca')
  for (const name of ['server', 'client']) {
    const use = `extendedKeyUsage=${name}Auth\nsubjectAltName=IP:127.0.0.1\n`
    writeFileSync(join(folder, `${name}.ext`), use)
    run('req', ...fresh, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial']
    const files = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-extfile', `${name}.ext`]
    run('x509', '-req', ...signer, ...files)
  }
}

const settings = (folder: string, port: number, logLevel: string): string =>
  `[server]
hostname=127.0.0.1
port=${port}
certificate_path=${folder}/server.pem
key_path=${folder}/server.key
ca_path=${folder}/ca.pem
auth_suite=TLS1.2
policy_path=${folder}/policy
enable_tls_client_auth=True
logging_level=${logLevel}
database_path=${folder}/database
`

const dial = (folder: string, port: number): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const read = (name: string): Buffer => readFileSync(join(folder, name))
    const socket = connect({
      host: '127.0.0.1',
      port,
      ca: read('ca.pem'),
      cert: read('client.pem'),
      key: read('client.key'),
    })
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })

/** Starts the server and waits until it takes connections, at most 20 seconds. */
export const startForeignServer = async (options: ForeignOptions): Promise<ForeignServer> => {
  const { server, openssl, logLevel = 'INFO', wrap = (command) => command } = options
  const folder = mkdtempSync(join(tmpdir(), 'kmip-server-'))
  mkdirSync(join(folder, 'policy'))
  makeCertificates(openssl, folder)
  const port = await freePort()
  writeFileSync(join(folder, 'server.conf'), settings(folder, port, logLevel))
  const config = ['-f', join(folder, 'server.conf'), '-l', join(folder, 'log')]
  const [program = server, ...words] = wrap([server, ...config])
  const child = spawn(program, words, { stdio: 'ignore' })
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    const killer = setTimeout(() => child.kill('SIGKILL'), 3000)
    await ended
    clearTimeout(killer)
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; attempt < 40; attempt += 1) {
    await delay(500)
    const socket = await dial(folder, port).catch(() => undefined)
    if (socket === undefined) continue
    socket.destroy()
    const { pid = 0 } = child
    return { pid, connect: () => dial(folder, port), [Symbol.asyncDispose]: stop }
  }
  await stop()
  throw new Error('the PyKMIP server does not start')
}

/** A socket as the stream that the client wants. */
export const socketStream = (socket: TLSSocket): ByteStream => ({
  write: (bytes) => void socket.write(bytes),
  onData: (listener) => void socket.on('data', listener),
  onClose: (listener) => void socket.on('close', listener),
  close: () => void socket.destroy(),
})

export const systemTimer: Timer = {
  start: (delayMs, action) => {
    const timeout = setTimeout(action, delayMs)
    return { cancel: () => clearTimeout(timeout) }
  },
}
