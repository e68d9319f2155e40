import type { RequestHeader, RequestPayload } from '@holdfast/kmip'
import { describe, expect, it } from 'vitest'
import { aesAttributes, startKmip } from './testing/start-kmip.ts'

type Rights = RequestPayload<'DelegatedLogin'>['rights']

const create = { objectType: 'SymmetricKey', attributes: aesAttributes } as const

const withTicket = (ticketValue: Uint8Array): RequestHeader => ({
  authentication: {
    credentials: [
      {
        credentialType: 'Ticket',
        credentialValue: { ticket: { ticketType: 'Login', ticketValue } },
      },
    ],
  },
})

const start = async (rightsOf: (identifier: string) => Rights) => {
  const world = startKmip()
  const mine = await world.done('Create', create)
  const other = await world.done('Create', create)
  const rights = rightsOf(mine.uniqueIdentifier)
  const { ticket } = await world.done('DelegatedLogin', { rights })
  return { ...world, mine, other, header: withTicket(ticket.ticketValue) }
}

describe('a ticket of Delegated Login', () => {
  it('allows the operations of one right on its objects, and nothing else', async () => {
    const { done, failed, header, mine, other } = await start((identifier) => ({
      rights: [
        {
          operations: { operations: ['Get', 'Locate'] },
          objects: { uniqueIdentifiers: [identifier] },
        },
        { operations: { operations: ['Ping'] } },
      ],
    }))
    const { uniqueIdentifier } = mine
    await done('Get', { uniqueIdentifier }, { header })
    await done('Ping', {}, { header })
    expect(await done('Locate', {}, { header })).toMatchObject({
      uniqueIdentifiers: [uniqueIdentifier],
    })
    const foreign = { uniqueIdentifier: other.uniqueIdentifier }
    expect(await failed('Get', foreign, { header })).toBe('PermissionDenied')
    expect(await failed('Destroy', { uniqueIdentifier }, { header })).toBe('PermissionDenied')
    expect(await failed('Create', create, { header })).toBe('PermissionDenied')
  })

  it('makes no objects under a right that names objects', async () => {
    const { failed, header } = await start((identifier) => ({
      rights: [{ objects: { uniqueIdentifiers: [identifier] } }],
    }))
    expect(await failed('Create', create, { header })).toBe('PermissionDenied')
  })

  it('allows as many operations as its right says', async () => {
    const usageLimits = { usageLimitsTotal: 2n, usageLimitsUnit: 'Object' } as const
    const { done, failed, header } = await start(() => ({ rights: [{ usageLimits }] }))
    await done('Ping', {}, { header })
    await done('Ping', {}, { header })
    expect(await failed('Ping', {}, { header })).toBe('PermissionDenied')
  })

  it('buys no ticket that allows more', async () => {
    const { failed, header } = await start(() => ({
      rights: [{ operations: { operations: ['Login', 'DelegatedLogin'] } }],
    }))
    expect(await failed('Login', {}, { header })).toBe('PermissionDenied')
    const rights = { rights: [{}] }
    expect(await failed('DelegatedLogin', { rights }, { header })).toBe('PermissionDenied')
  })

  it('needs a right, counted in operations', async () => {
    const { failed } = startKmip()
    expect(await failed('DelegatedLogin', { rights: { rights: [] } })).toBe('InvalidField')
    const usageLimits = { usageLimitsTotal: 2n, usageLimitsUnit: 'Byte' } as const
    const rights = { rights: [{ usageLimits }] }
    expect(await failed('DelegatedLogin', { rights })).toBe('FeatureNotSupported')
  })
})

describe('a ticket of Login', () => {
  it('is good until it is given back, once, or its time is over', async () => {
    const { done, failed, clock } = startKmip()
    const { ticket } = await done('Login', { requestCount: 5 })
    const header = withTicket(ticket.ticketValue)
    await done('Ping', {}, { header })
    await done('Logout', { ticket })
    expect(await failed('Ping', {}, { header })).toBe('InvalidTicket')
    expect(await failed('Logout', { ticket })).toBe('InvalidTicket')
    const { ticket: short } = await done('Login', { leaseTime: 60n })
    const late = withTicket(short.ticketValue)
    await done('Ping', {}, { header: late })
    clock.ms += 61_000
    expect(await failed('Ping', {}, { header: late })).toBe('InvalidTicket')
  })
})
