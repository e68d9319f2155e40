/** The client of a command: flags over `HOLDFAST_*` over `client.json`. */
import { resolve } from 'node:path'
import { fail } from '@holdfast/base/errors'
import { parseTimestamp } from '@holdfast/base/time'
import type { ApiKey, Client, Password } from '@holdfast/sdk'
import { MeshId } from '@holdfast/sdk'
import { connect, nodeTransport, readSigner } from '@holdfast/sdk/node'
import { type Command, Option } from 'commander'
import type { Surroundings } from './command.ts'
import { readClientFile } from './mesh-folder/client-file.ts'
import { exists } from './mesh-folder/files.ts'
import { meshLayout } from './mesh-folder/layout.ts'
import type { Terminal } from './terminal.ts'

export type ClientOptions = {
  readonly dir?: string
  readonly mesh?: string
  readonly node?: readonly string[]
  readonly key?: readonly string[]
  readonly minimumSerial?: string
  readonly channel?: 'websocket' | 'https' | 'plain'
  readonly pinTls?: boolean
}

export const defaultDir = '.mesh'

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
]

/** The options of every command that speaks to a mesh. */
export const withClientOptions = (command: Command): Command =>
  command
    .option('--dir <folder>', `folder of a mesh (default ${defaultDir})`)
    .option('--mesh <id>', 'id of the mesh to trust')
    .option('--node <url>', 'address of a node, the preferred first; repeatable', collect)
    .option(
      '--key <file>',
      "file of an API key ('holdfast init') or of a login ('holdfast login'); repeatable",
      collect,
    )
    .option('--minimum-serial <number>', 'least serial of the manifest to accept')
    .option('--no-pin-tls', 'for nodes behind a proxy that ends TLS')
    .addOption(
      new Option('--channel <kind>', 'how requests travel').choices([
        'websocket',
        'https',
        'plain',
      ]),
    )

export const dirOf = (options: ClientOptions, { env, cwd }: Surroundings): string =>
  resolve(cwd, options.dir ?? env['HOLDFAST_DIR'] ?? defaultDir)

export type MeshSettings = Pick<Settings, 'nodes' | 'minimumSerial'> & { readonly mesh: MeshId }

type Settings = {
  readonly mesh: string
  readonly nodes: readonly string[]
  readonly keyFiles: readonly string[]
  readonly minimumSerial: number
}

const settings = async (options: ClientOptions, around: Surroundings): Promise<Settings> => {
  const { env } = around
  const dir = dirOf(options, around)
  const present = await exists(meshLayout(dir).client)
  const file = present ? await readClientFile(dir) : undefined
  const mesh = options.mesh ?? env['HOLDFAST_MESH'] ?? file?.mesh
  const nodes = options.node ?? env['HOLDFAST_NODES']?.split(',') ?? file?.nodes
  if (mesh === undefined || nodes === undefined) {
    const how = `make one by 'holdfast init' or name it by --mesh and --node`
    return fail('invalid_field', `there is no mesh in ${dir}; ${how}`)
  }
  // Another mesh than the folder's has other serials.
  const knownSerial = mesh === file?.mesh ? file.minimumSerial : 1
  const serial = options.minimumSerial ?? env['HOLDFAST_MINIMUM_SERIAL']
  const named = env['HOLDFAST_KEY']
  const keys = options.key ?? (named === undefined ? undefined : [named])
  const known = file === undefined ? [] : [file.keyFile]
  return {
    mesh,
    nodes,
    keyFiles: keys?.map((key) => resolve(around.cwd, key)) ?? known,
    minimumSerial: serial === undefined ? knownSerial : Number(serial),
  }
}

/** Which mesh, and where its nodes are; for what needs no client. */
export const meshSettings = async (
  options: ClientOptions,
  around: Surroundings,
): Promise<MeshSettings> => {
  const { mesh, nodes, minimumSerial } = await settings(options, around)
  return { mesh: MeshId(mesh), nodes, minimumSerial }
}

const signerOf = async (path: string, { now }: Surroundings): Promise<ApiKey | Password> => {
  const signer = await readSigner(path)
  if (signer.kind !== 'password' || parseTimestamp(signer.expiresAt) > now()) return signer
  signer[Symbol.dispose]()
  return fail('login_required', `the login ended at ${signer.expiresAt}`, path)
}

/**
 * A client whose first node has been verified; its credentials are erased when it is closed. For
 * `nobody` it has none.
 */
export const openClient = async (
  options: ClientOptions,
  around: Surroundings,
  talk: Terminal,
  who: 'credentials' | 'nobody' = 'credentials',
): Promise<Client & Disposable> => {
  const { mesh, nodes, keyFiles, minimumSerial } = await settings(options, around)
  const keys: (ApiKey | Password)[] = []
  for (const path of who === 'nobody' ? [] : keyFiles) keys.push(await signerOf(path, around))
  const client = await connect({
    nodes,
    mesh: MeshId(mesh),
    minimumSerial,
    credentials: keys,
    ...(options.channel === undefined ? {} : { channel: options.channel }),
    transport: nodeTransport({ pin: options.pinTls !== false }),
  })
  for (const error of client.distrusted) talk.say(talk.style('yellow', error.message))
  if (client.simulated) talk.say(talk.style('yellow', simulatedWarning))
  return Object.assign(client, {
    [Symbol.dispose]: () => {
      client.close()
      for (const key of keys) key[Symbol.dispose]()
    },
  })
}

export const simulatedWarning = 'SIMULATED mesh: no hardware protects its keys'
