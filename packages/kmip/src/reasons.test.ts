import { describe, expect, it } from 'vitest'
import { isResultReason, type ResultReason, reasonFor } from './reasons.ts'
import { enumerations } from './tables/enumerations.ts'
import { has, versions } from './version.ts'

describe('reasonFor', () => {
  it('gives every version a reason that it has', () => {
    for (const reason of Object.keys(enumerations.ResultReason) as ResultReason[]) {
      for (const version of versions) {
        const said = reasonFor(version, reason)
        expect(has(version, enumerations.ResultReason[said]), `${version} ${said}`).toBe(true)
      }
    }
  })

  it('says what the published cases of each version expect', () => {
    for (const version of versions) {
      const late = version === '2.1'
      expect(reasonFor(version, 'WrongKeyLifecycleState')).toBe(
        late ? 'WrongKeyLifecycleState' : 'PermissionDenied',
      )
      expect(reasonFor(version, 'PermissionDenied')).toBe('PermissionDenied')
    }
    expect(reasonFor('1.4', 'ObjectNotFound')).toBe('ItemNotFound')
    expect(reasonFor('1.0', 'UnknownTag')).toBe('InvalidField')
    expect(reasonFor('2.1', 'ObjectDestroyed')).toBe('ObjectDestroyed')
  })

  it('knows names from other texts', () => {
    expect(isResultReason('ItemNotFound')).toBe(true)
    expect(isResultReason('OperationPending')).toBe(false)
    expect(isResultReason('constructor')).toBe(false)
  })
})
