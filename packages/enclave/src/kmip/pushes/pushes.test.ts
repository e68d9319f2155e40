import { accept, refuse } from '@holdfast/base/errors'
import {
  type Attribute,
  attribute,
  decodeTtlv,
  isReadable,
  type RequestItem,
  readRequest,
  type Version,
} from '@holdfast/kmip'
import { describe, expect, it } from 'vitest'
import { aesAttributes, startKmip } from '../testing/start-kmip.ts'
import type { PushTarget } from './push-hub.ts'

type Asked = { readonly version: Version; readonly item: RequestItem }

/** A client that takes what it is told to take, and answers with success unless told. */
const listener = (takes: PushTarget['takes'], answer = true) => {
  const asked: Asked[] = []
  const state = { open: true }
  const pushes: PushTarget = {
    takes,
    isOpen: () => state.open,
    send: async (message) => {
      const tree = decodeTtlv(message)
      const request = tree.ok ? readRequest(tree.value) : tree
      if (!request.ok) throw new Error(request.refusal.detail)
      const { version, items } = request.value
      asked.push(...items.filter(isReadable).map((item) => ({ version, item })))
      return answer
    },
  }
  return { asked, connection: { pushes }, state }
}

const both = { put: true, notify: true }
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const start = async (takes: PushTarget['takes'] = both, version: Version = '1.4') => {
  const kmip = startKmip()
  const client = listener(takes)
  // Nothing is sent before the client has asked something.
  await kmip.done('Query', { queryFunctions: ['QueryOperations'] }, { ...client, version })
  const create = async (attributes: readonly Attribute[] = aesAttributes): Promise<string> => {
    const made = await kmip.done('Create', { objectType: 'SymmetricKey', attributes })
    await settled()
    return made.uniqueIdentifier
  }
  const operations = () => client.asked.map(({ item }) => item.operation)
  return { ...kmip, ...client, create, operations }
}

describe('what a server sends by itself', () => {
  it('is a Put of each new object, with its attributes, in the version of the client', async () => {
    const { asked, create } = await start()
    const id = await create()
    expect(asked).toMatchObject([
      {
        version: '1.4',
        item: {
          operation: 'Put',
          payload: {
            uniqueIdentifier: id,
            putFunction: 'New',
            object: { type: 'SymmetricKey', value: { keyBlock: { cryptographicLength: 256 } } },
          },
        },
      },
    ])
    const [put] = asked
    const names = put!.item.operation === 'Put' ? put!.item.payload.attributes : []
    expect(names).toContainEqual({ name: 'Fresh', value: true })
  })

  it('makes an object fresh no more, once the client has taken it', async () => {
    const { create, done } = await start()
    const id = await create()
    const got = await done('GetAttributes', {
      uniqueIdentifier: id,
      attributeReferences: ['Fresh'],
    })
    expect(got.attributes).toEqual([{ name: 'Fresh', value: false }])
  })

  it('leaves an object fresh that the client has refused', async () => {
    const { done } = startKmip()
    const { connection } = listener(both, false)
    const attributes = aesAttributes
    const made = await done('Create', { objectType: 'SymmetricKey', attributes }, { connection })
    await settled()
    const { uniqueIdentifier } = made
    const got = await done('GetAttributes', { uniqueIdentifier, attributeReferences: ['Fresh'] })
    expect(got.attributes).toEqual([{ name: 'Fresh', value: true }])
  })

  it('is a Put that replaces where a key was made in the place of another', async () => {
    const { asked, create, done } = await start()
    const id = await create()
    await done('Activate', { uniqueIdentifier: id })
    await done('ReKey', { uniqueIdentifier: id })
    await settled()
    const puts = asked.filter(({ item }) => item.operation === 'Put')
    expect(puts[1]).toMatchObject({
      item: { payload: { putFunction: 'Replace', replacedUniqueIdentifier: id } },
    })
  })

  it.each(['1.4', '2.1'] as const)('names what changed and what is gone in %s', async (version) => {
    const { asked, create, done, clock } = await start({ put: false, notify: true }, version)
    const comment = attribute('ContactInformation', 'ops')
    const id = await create([...aesAttributes, comment])
    clock.ms += 1000
    await done('SetAttribute', { uniqueIdentifier: id, attribute: attribute('Comment', 'new') })
    await done('DeleteAttribute', {
      uniqueIdentifier: id,
      attributeReference: 'ContactInformation',
    })
    await settled()
    const changed = { name: 'LastChangeDate', value: BigInt(clock.ms / 1000) }
    const deleted = { name: 'Deleted', reference: 'ContactInformation' }
    expect(asked.map(({ item }) => item.payload)).toEqual(
      version === '1.4'
        ? [
            { uniqueIdentifier: id, notices: [attribute('Comment', 'new'), changed] },
            { uniqueIdentifier: id, notices: [changed, deleted] },
          ]
        : [
            expect.objectContaining({ attributes: [attribute('Comment', 'new'), changed] }),
            expect.objectContaining({
              attributes: [changed],
              attributeReferences: ['ContactInformation'],
            }),
          ],
    )
  })

  it('is nothing that the client does not take', async () => {
    const { operations, create, done } = await start({ put: true, notify: false })
    await done('Destroy', { uniqueIdentifier: await create() })
    await settled()
    expect(operations()).toEqual(['Put'])
  })

  it('is no key that may not leave, or leaves wrapped only', async () => {
    const { operations, create } = await start()
    await create([...aesAttributes, attribute('Extractable', false)])
    await create([...aesAttributes, attribute('Sensitive', true)])
    expect(operations()).toEqual([])
  })

  it('is nothing of what another wallet does, or of what failed', async () => {
    const { operations, done, failed } = await start()
    const attributes = aesAttributes
    await done('Create', { objectType: 'SymmetricKey', attributes }, { caller: 2 })
    await failed('Activate', { uniqueIdentifier: 'none' })
    await settled()
    expect(operations()).toEqual([])
  })

  it('is nothing of an object under a credential that the client has not shown', async () => {
    const { asked, create, done, connection } = await start()
    const credentialValue = { username: 'one', password: 'secret' }
    const credentials = [{ credentialType: 'UsernameAndPassword', credentialValue }] as const
    const header = { authentication: { credentials } }
    const made = { objectType: 'SymmetricKey', attributes: aesAttributes } as const
    await done('Create', made, { header })
    await settled()
    expect(asked).toHaveLength(0)
    await done('Create', made, { header, connection })
    await settled()
    expect(asked).toHaveLength(1)
    await create()
    expect(asked).toHaveLength(2)
  })

  it('ends with the connection', async () => {
    const { operations, create, state, server } = await start()
    state.open = false
    server.tick()
    await create()
    expect(operations()).toEqual([])
  })

  it('is nothing to a client that may no longer ask', async () => {
    let judged = 0
    const { done } = startKmip({
      // Whoever may ask when the object is made may not when it is to be sent.
      judge: async () => {
        judged += 1
        return judged <= 2 ? accept(undefined) : refuse('unauthenticated', 'no')
      },
    })
    const { asked, connection } = listener(both)
    await done('Query', { queryFunctions: ['QueryOperations'] }, { connection })
    await done('Create', { objectType: 'SymmetricKey', attributes: aesAttributes })
    await settled()
    expect([judged, asked.length]).toEqual([3, 0])
  })
})
