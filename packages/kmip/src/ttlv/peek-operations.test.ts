import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeTtlv, enumerations, type RequestItem, writeRequest } from '../index.ts'
import { peekOperations } from './peek-operations.ts'

const messageOf = (items: readonly RequestItem[]): Uint8Array => {
  const tree = writeRequest({ version: '2.1', header: {}, items })
  if (!tree.ok) throw new Error(tree.refusal.detail)
  return encodeTtlv(tree.value)
}

const sign: RequestItem = {
  operation: 'Sign',
  payload: { uniqueIdentifier: 'key', data: new Uint8Array(100) },
}
const ping: RequestItem = { operation: 'Ping', payload: {} }
const [signCode] = enumerations.Operation.Sign
const [pingCode] = enumerations.Operation.Ping

describe('a look at the operations of a request', () => {
  it('tells the code of each batch item in their order', () => {
    expect(peekOperations(messageOf([sign]))).toEqual([signCode])
    expect(peekOperations(messageOf([ping, sign, ping]))).toEqual([pingCode, signCode, pingCode])
  })

  it('tells nothing of what is cut, or has more behind it', () => {
    const message = messageOf([sign])
    expect(peekOperations(new Uint8Array([...message, 0]))).toBeUndefined()
    for (let length = 0; length < message.length; length += 1) {
      expect(peekOperations(message.subarray(0, length))).toBeUndefined()
    }
  })

  it('never throws, whatever the bytes are', () => {
    const message = messageOf([ping, sign])
    fc.assert(
      fc.property(fc.nat(message.length - 1), fc.nat(255), (at, byte) => {
        const wrong = message.slice()
        wrong[at] = byte
        const told = peekOperations(wrong)
        return told === undefined || told.every(Number.isInteger)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        peekOperations(bytes)
      }),
    )
  })
})
