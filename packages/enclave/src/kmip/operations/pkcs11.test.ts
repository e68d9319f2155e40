import { expect, it } from 'vitest'
import { startKmip } from '../testing/start-kmip.ts'

const pkcs11 = {
  manufacturer: 'Größte Schlüsselfabrik der Welt GmbH',
  library: 'x',
  libraryVersion: [3, 4],
} as const

it('answers C_GetInfo between C_Initialize and C_Finalize alone', async () => {
  const { done } = startKmip({ facts: { pkcs11 } })
  const stranger = new Uint8Array(16)
  const early = await done('PKCS_11', { pkcs11Function: 'C_GetInfo', correlationValue: stranger })
  expect(early.pkcs11ReturnCode).toBe('CRYPTOKI_NOT_INITIALIZED')
  const { correlationValue } = await done('PKCS_11', { pkcs11Function: 'C_Initialize' })
  const info = await done('PKCS_11', { pkcs11Function: 'C_GetInfo', correlationValue })
  expect(info.pkcs11ReturnCode).toBe('OK')
  const bytes = Buffer.from(info.pkcs11OutputParameters ?? [])
  expect(bytes).toHaveLength(2 + 32 + 8 + 32 + 2)
  expect(bytes.subarray(0, 2)).toEqual(Buffer.from([2, 40]))
  // A name that is too long loses whole characters.
  expect(bytes.subarray(2, 34).toString()).toBe('Größte Schlüsselfabrik der We')
  expect(bytes.subarray(42, 74).toString()).toBe('x'.padEnd(32))
  expect(bytes.subarray(74)).toEqual(Buffer.from([3, 4]))
  const ended = await done('PKCS_11', { pkcs11Function: 'C_Finalize', correlationValue })
  expect(ended.pkcs11ReturnCode).toBe('OK')
  const late = await done('PKCS_11', { pkcs11Function: 'C_GetInfo', correlationValue })
  expect(late.pkcs11ReturnCode).toBe('CRYPTOKI_NOT_INITIALIZED')
})

it('does not know the PKCS#11 sessions of another tenant', async () => {
  const { done } = startKmip()
  const { correlationValue } = await done('PKCS_11', { pkcs11Function: 'C_Initialize' })
  const call = { pkcs11Function: 'C_GetInfo', correlationValue } as const
  const other = await done('PKCS_11', call, { caller: 2 })
  expect(other.pkcs11ReturnCode).toBe('CRYPTOKI_NOT_INITIALIZED')
})

it('refuses interfaces, functions and parameters that PKCS#11 does not have', async () => {
  const { done, failed } = startKmip()
  const named = { pkcs11Interface: 'Vendor', pkcs11Function: 'C_Initialize' } as const
  expect(await failed('PKCS_11', named)).toBe('PKCS_11InvalidInterface')
  expect(await failed('PKCS_11', { pkcs11Function: 0x80000001 })).toBe('PKCS_11InvalidFunction')
  const long = {
    pkcs11Function: 'C_Initialize',
    pkcs11InputParameters: new Uint8Array(65),
  } as const
  expect(await failed('PKCS_11', long)).toBe('PKCS_11CodecError')
  const absent = await done('PKCS_11', { pkcs11Function: 'C_OpenSession' })
  expect(absent.pkcs11ReturnCode).toBe('FUNCTION_NOT_SUPPORTED')
})
