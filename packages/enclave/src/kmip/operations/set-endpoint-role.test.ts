import { expect, it } from 'vitest'
import { startKmip } from '../testing/start-kmip.ts'

it('stays the server that it is, and does not become a client', async () => {
  const { done, failed } = startKmip()
  const role = await done('SetEndpointRole', { endpointRole: 'Server' })
  expect(role).toEqual({ endpointRole: 'Server' })
  expect(await failed('SetEndpointRole', { endpointRole: 'Client' })).toBe('FeatureNotSupported')
})
