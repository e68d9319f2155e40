/**
 * A client that imports secrets and then stays, so that its memory can be searched. The secrets
 * come on stdin as bytes, each behind its length: a text that a program holds as a string cannot
 * be erased, which is why the client library takes bytes.
 */
import { readSync, writeSync } from 'node:fs'
import { BufferSecret, type Secret } from '@holdfast/base/secret'
import { apiKeyFrom, type ImportKey, MeshId } from '@holdfast/sdk'
import { connect } from '@holdfast/sdk/node'

export type ImportClientOptions = {
  readonly mesh: string
  readonly nodes: readonly string[]
  readonly channel: 'websocket' | 'https' | 'plain'
  /** Keeps a copy in this form on purpose, so that the search can be seen to find it. */
  readonly plant?: 'string' | 'hex' | 'base64' | 'bytes'
}

const fill = (bytes: Uint8Array): Uint8Array => {
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(0, bytes, at, bytes.length - at, null)
    if (read === 0) throw new Error('stdin has ended')
    at += read
  }
  return bytes
}

/**
 * Straight into the buffer that will be erased. V8 keeps short arrays in its own heap, where the
 * collector moves them and leaves what was there: an ArrayBuffer of one's own lies outside.
 */
const nextSecret = (): Uint8Array => {
  const [high = 0, low = 0] = fill(new Uint8Array(2))
  return fill(new Uint8Array(new ArrayBuffer(high * 256 + low)))
}

const options = JSON.parse(process.argv[2] ?? '{}') as ImportClientOptions

const planted: unknown[] = []
const forms = {
  string: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf16le'),
  hex: (bytes: Uint8Array) => Buffer.from(bytes).toString('hex'),
  base64: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64'),
  bytes: (bytes: Uint8Array) => Uint8Array.from(bytes),
}

const importAll = async (): Promise<readonly string[]> => {
  using key = apiKeyFrom('ed25519', nextSecret())
  const mnemonic = nextSecret()
  const passphrase = nextSecret()
  const raw = nextSecret()
  if (options.plant !== undefined) planted.push(forms[options.plant](raw))
  using words: Secret = new BufferSecret(mnemonic)
  using extension: Secret = new BufferSecret(passphrase)
  using scalar: Secret = new BufferSecret(raw)
  const client = await connect({
    nodes: options.nodes,
    mesh: MeshId(options.mesh),
    credentials: [key],
    channel: options.channel,
  })
  const accounts = [{ chain: 'ethereum' as const }]
  const keys: readonly ImportKey[] = [
    {
      name: 'phrase',
      kind: 'bip39',
      source: { format: 'mnemonic', secret: words, passphrase: extension },
      accounts,
    },
    { name: 'raw', kind: 'secp256k1', source: { format: 'raw', secret: scalar }, accounts },
  ]
  const { wallet } = await client.importWallet({ name: 'canary', keys })
  const signatory = { wallet: wallet.id, account: wallet.accounts[0]!.id }
  await client.sign(signatory, { kind: 'ethereum.message', message: 'aabbcc' })
  client.close()
  return wallet.accounts.map(({ address }) => address)
}

const addresses = await importAll()
writeSync(1, `${JSON.stringify({ addresses, planted: planted.length })}\n`)
// Until it is ended from outside.
setInterval(() => planted.length, 60_000)
