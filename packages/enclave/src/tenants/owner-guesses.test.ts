import { attribute, maskOf, type RequestHeader, type RequestItem } from '@holdfast/kmip'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { kmipOwnerGuessesMax } from '../limits.ts'
import { createKmipWorld, type KmipWorld, kmipRules } from '../testing/kmip-world.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'

let mesh: TestMesh
let world: KmipWorld

beforeAll(async () => {
  mesh = await createTestMesh({ zones: ['eu-west', 'us-east'] })
  world = await createKmipWorld(mesh, { rules: kmipRules, keys: [] })
})
afterAll(() => mesh.stop())

const user = (username: string, password: string): RequestHeader => ({
  authentication: {
    credentials: [
      { credentialType: 'UsernameAndPassword', credentialValue: { username, password } },
    ],
  },
})

const create: RequestItem = {
  operation: 'Create',
  payload: {
    objectType: 'SymmetricKey',
    attributes: [
      attribute('CryptographicAlgorithm', 'AES'),
      attribute('CryptographicLength', 256),
      attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Encrypt')),
    ],
  },
}

const made = async (header: RequestHeader): Promise<string> => {
  const answer = await world.item(create, { header })
  if (answer.status !== 'Success' || answer.operation !== 'Create') throw new Error('not made')
  return answer.payload.uniqueIdentifier
}

const got = async (uniqueIdentifier: string, header: RequestHeader, zone = 'eu-west') => {
  const item = { operation: 'Get', payload: { uniqueIdentifier } } as const
  const answer = await world.item(item, { header, zone })
  return answer.status === 'OperationFailed' ? answer.message : answer.status
}

const locked = 'no guesses are left'
const wrong = 'the object belongs to another credential'

it('lets a certificate guess ten times at a credential, in all zones together', async () => {
  const right = user('Fred', 'secret')
  const id = await made(right)
  for (let count = 0; count < kmipOwnerGuessesMax - 1; count += 1) {
    const zone = count % 2 === 0 ? 'eu-west' : 'us-east'
    expect(await got(id, user('Fred', `guess ${count}`), zone)).toBe(wrong)
  }
  // A right one gives them all back.
  expect(await got(id, right)).toBe('Success')
  for (let count = 0; count < kmipOwnerGuessesMax; count += 1) {
    const zone = count % 2 === 0 ? 'us-east' : 'eu-west'
    expect(await got(id, user('Fred', `guess ${count}`), zone)).toBe(wrong)
  }
  // None is left: what is right is not looked at either, in any zone.
  for (const zone of ['eu-west', 'us-east']) {
    expect(await got(id, right, zone)).toBe(locked)
  }
})

it('goes on with other owners and with objects without one where one owner is locked', async () => {
  const right = user('Wilma', 'secret')
  const id = await made(right)
  for (let count = 0; count <= kmipOwnerGuessesMax; count += 1) {
    await got(id, user('Wilma', `guess ${count}`))
  }
  expect(await got(id, right)).toBe(locked)
  const other = user('Betty', 'secret')
  expect(await got(await made(other), other)).toBe('Success')
  expect(await got(await made({}), {})).toBe('Success')
})

it('locks nobody out who shows what is right on many connections at once', async () => {
  const right = user('Pebbles', 'secret')
  const id = await made(right)
  const answers = await Promise.all(Array.from({ length: 30 }, () => got(id, right)))
  expect(new Set(answers)).toEqual(new Set(['Success']))
})
