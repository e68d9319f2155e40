/** Locate of one object of many by its name. */
import { attribute, type KmipClient } from '@holdfast/kmip'

export const locatedOf = 10_000

/** Objects that are stored together. */
const togetherMax = 64

const named = (count: number) =>
  attribute('Name', { nameValue: `object ${count}`, nameType: 'UninterpretedTextString' })

const registered = (count: number) =>
  ({
    operation: 'Register',
    payload: {
      objectType: 'OpaqueObject',
      attributes: [named(count)],
      object: {
        type: 'OpaqueObject',
        value: { opaqueDataType: 0x80000001, opaqueDataValue: new Uint8Array(32) },
      },
    },
  }) as const

/** Makes the objects and gives the call that finds one, another each time. */
export const prepareLocate = async (maker: KmipClient) => {
  for (let first = 0; first < locatedOf; first += togetherMax) {
    const count = Math.min(togetherMax, locatedOf - first)
    const items = Array.from({ length: count }, (_, index) => registered(first + index))
    const outcomes = await maker.batch(items, { batchErrorContinuationOption: 'Undo' })
    if (outcomes.some(({ status }) => status !== 'Success')) throw new Error('not registered')
  }
  let next = 0
  return async (client: KmipClient): Promise<void> => {
    next = (next + 7919) % locatedOf
    const payload = { attributes: [attribute('ObjectType', 'OpaqueObject'), named(next)] }
    const { uniqueIdentifiers = [] } = await client.call('Locate', payload)
    if (uniqueIdentifiers.length !== 1) throw new Error('the object is not found')
  }
}
