/** Which nodes speak for a KMIP client whose wallet they do not hold (DESIGN §5). */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { equalBytes } from '../../packages/base/src/bytes.ts'
import { attribute, KmipClient } from '../../packages/kmip/src/index.ts'
import { holdfast } from '../cli/command.ts'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { encryptingKey } from './encrypting-key.ts'

/** Levels: eu-west 2, us-east 2, ap-south 1. */
describe('a node that does not hold the wallet of a KMIP client', () => {
  const parent = mkdtempSync(join(tmpdir(), 'holdfast-level-'))
  const open: KmipClient[] = []
  let mesh: TestMesh

  const run = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, code } = await holdfast(args, { env: { HOLDFAST_DIR: mesh.dir } })
    if (code !== 0) throw new Error(stderr)
    return stdout
  }

  /** The folder of a client whose wallet is in one zone alone. */
  const enrolIn = async (zone: string): Promise<string> => {
    const placement = ['--home', zone, '--region', zone, '--durability', '1']
    const made = await run('wallet', 'create', zone, '--kmip', ...placement, '--json')
    const { wallet } = JSON.parse(made) as { wallet: { id: string } }
    const folder = join(parent, zone)
    await run('kmip', 'enroll', '--name', zone, '--wallet', wallet.id, '--out', folder)
    return folder
  }

  const dial = async (folder: string, zone: string): Promise<KmipClient> => {
    const [host = '', port = ''] = mesh.node(zone).kmip.split(':')
    const read = (name: string): Buffer => readFileSync(join(folder, name))
    const files = { key: read('client.key'), cert: read('client.pem'), ca: read('ca.pem') }
    const socket = connect({ host, port: Number(port), ...files })
    await once(socket, 'secureConnect')
    socket.on('error', () => undefined)
    const start = (delayMs: number, action: () => void) => {
      const timeout = setTimeout(action, delayMs)
      return { cancel: () => clearTimeout(timeout) }
    }
    const client = new KmipClient(
      {
        write: (bytes) => void socket.write(bytes),
        onData: (listener) => void socket.on('data', listener),
        onClose: (listener) => void socket.on('close', listener),
        close: () => void socket.destroy(),
      },
      { timer: { start }, timeoutMs: 20_000, version: '2.1' },
    )
    open.push(client)
    return client
  }

  const refusalOf = (asked: Promise<unknown>): Promise<{ reason: unknown; message: string }> =>
    asked.then(
      () => ({ reason: 'none', message: 'it was answered' }),
      (error: { readonly reason?: unknown; readonly message: string }) => ({
        reason: error.reason,
        message: error.message,
      }),
    )

  let ofUsEast: string
  let ofApSouth: string

  beforeAll(async () => {
    mesh = await startMesh()
    ofUsEast = await enrolIn('us-east')
    ofApSouth = await enrolIn('ap-south')
  }, 120_000)
  afterAll(async () => {
    for (const client of open) client[Symbol.dispose]()
    await mesh?.stop()
    rmSync(parent, { recursive: true, force: true })
  }, 60_000)

  it.each([
    ['eu-west', 'us-east', () => ofUsEast],
    ['eu-west', 'ap-south', () => ofApSouth],
    ['us-east', 'ap-south', () => ofApSouth],
  ])('speaks for it where its level suffices (%s for a wallet in %s)', async (by, at, folder) => {
    const through = await dial(folder(), by)
    const { uniqueIdentifier } = await through.call('Create', encryptingKey)
    const direct = await dial(folder(), at)
    expect(await through.call('Get', { uniqueIdentifier })).toEqual(
      await direct.call('Get', { uniqueIdentifier }),
    )
    await direct.call('Destroy', { uniqueIdentifier })
    expect(await refusalOf(through.call('Get', { uniqueIdentifier }))).toMatchObject({
      reason: 'ObjectDestroyed',
    })
  })

  it('passes on messages and answers of every length that a holder takes', async () => {
    const through = await dial(ofUsEast, 'eu-west')
    const opaqueDataValue = new Uint8Array(1024 * 1024 - 512).fill(7)
    const value = { opaqueDataType: 0x80000001, opaqueDataValue }
    const object = { type: 'OpaqueObject', value } as const
    const { uniqueIdentifier } = await through.call('Register', {
      objectType: 'OpaqueObject',
      attributes: [],
      object,
    })
    const got = await through.call('Get', { uniqueIdentifier })
    const back = got.object.type === 'OpaqueObject' ? got.object.value.opaqueDataValue : undefined
    expect(back && equalBytes(back, opaqueDataValue)).toBe(true)
    // Two of them are longer than any answer.
    const get = { operation: 'Get', payload: { uniqueIdentifier } } as const
    for (const client of [through, await dial(ofUsEast, 'us-east')]) {
      const [first] = await client.batch([get, get])
      expect(first).toMatchObject({ status: 'OperationFailed', reason: 'ResponseTooLarge' })
    }
    await through.call('Destroy', { uniqueIdentifier })
  })

  it('tells it where the wallet is where its level is too low, and asks nobody', async () => {
    const through = await dial(ofUsEast, 'ap-south')
    const refused = await refusalOf(through.call('Create', encryptingKey))
    expect(refused.message).toContain(mesh.node('us-east').kmip)
    const direct = await dial(ofUsEast, 'us-east')
    const made = { attributes: [attribute('ObjectType', 'SymmetricKey')], storageStatusMask: 7 }
    const kept = await direct.call('Locate', made)
    await refusalOf(through.call('Create', encryptingKey))
    expect(await direct.call('Locate', made)).toEqual(kept)
  })

  it('refuses it when the holder cannot be reached, and speaks for it again', async () => {
    const through = await dial(ofUsEast, 'eu-west')
    await through.call('Locate', {})
    await mesh.node('us-east').kill()
    expect((await refusalOf(through.call('Locate', {}))).message).not.toBe('it was answered')
    await mesh.node('us-east').restart()
    await expect
      .poll(() => refusalOf(through.call('Locate', {})), { timeout: 20_000 })
      .toEqual({
        reason: 'none',
        message: 'it was answered',
      })
  }, 60_000)
})
