import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ZoneId } from './ids.ts'
import type { PlacementConstraints } from './placement.ts'
import { checkPlacement, distanceMetres, resolvePlacement } from './placement-resolve.ts'

const zone = (id: string, latitude: number, longitude: number, level: number) => ({
  id: ZoneId(id),
  latitude,
  longitude,
  level,
})
const dublin = zone('eu-west', 53.35, -6.26, 2)
const frankfurt = zone('eu-central', 50.11, 8.68, 3)
const virginia = zone('us-east', 38.95, -77.45, 2)
const singapore = zone('ap-south', 1.35, 103.82, 1)
const zones = [singapore, virginia, frankfurt, dublin]

const resolve = (constraints: PlacementConstraints, home = 'eu-west', durability?: number) =>
  resolvePlacement({
    constraints,
    home: ZoneId(home),
    zones,
    ...(durability === undefined ? {} : { durability }),
  })
const names = (constraints: PlacementConstraints, home?: string): readonly string[] => {
  const resolved = resolve(constraints, home)
  return resolved.ok ? resolved.value.zones : [`refused: ${resolved.refusal.code}`]
}

describe('distance', () => {
  it('is that of the great circle', () => {
    // One degree of latitude is R·π/180.
    const north = { latitude: 1, longitude: 0 }
    expect(distanceMetres({ latitude: 0, longitude: 0 }, north)).toBe(111_195)
    const antipode = { latitude: 0, longitude: 180 }
    expect(distanceMetres({ latitude: 0, longitude: 0 }, antipode)).toBe(20_015_114)
  })

  it('crosses the date line the short way', () => {
    const west = { latitude: 0, longitude: -179.5 }
    expect(distanceMetres({ latitude: 0, longitude: 179.5 }, west)).toBe(111_195)
  })
})

describe('placement', () => {
  it('takes every zone for the empty set, the home first, then the nearest', () => {
    expect(names({})).toEqual(['eu-west', 'eu-central', 'us-east', 'ap-south'])
    expect(names({}, 'us-east')).toEqual(['us-east', 'eu-west', 'eu-central', 'ap-south'])
  })

  it('keeps to the named regions', () => {
    const regions = [ZoneId('ap-south'), ZoneId('eu-west')]
    expect(names({ regions })).toEqual(['eu-west', 'ap-south'])
  })

  it('keeps within the distance of a point, the border included', () => {
    const metres = distanceMetres(dublin, frankfurt)
    const around = (km: number) => ({ withinKm: { latitude: 53.35, longitude: -6.26, km } })
    expect(names(around(metres / 1000))).toEqual(['eu-west', 'eu-central'])
    expect(names(around((metres - 1) / 1000))).toEqual(['eu-west'])
  })

  it('asks for the level or more, or for the level of the home alone', () => {
    expect(names({ minLevel: 2 })).toEqual(['eu-west', 'eu-central', 'us-east'])
    expect(names({ sameLevel: true })).toEqual(['eu-west', 'us-east'])
  })

  it('takes the nearest copies when all constraints hold together', () => {
    expect(names({ minLevel: 2, copies: 2 })).toEqual(['eu-west', 'eu-central'])
    expect(names({ sameLevel: true, copies: 3 })).toEqual(['eu-west', 'us-east'])
  })

  it('has durability two where there are two zones', () => {
    expect(resolve({})).toMatchObject({ value: { durability: 2 } })
    expect(resolve({ copies: 1 })).toMatchObject({ value: { durability: 1 } })
  })

  it('refuses fewer zones than the durability', () => {
    expect(resolve({ minLevel: 3 }, 'eu-central', 2)).toMatchObject({
      refusal: { code: 'too_few_zones' },
    })
    expect(names({ minLevel: 9 })).toEqual(['refused: too_few_zones'])
  })

  it('refuses a home outside its own placement', () => {
    expect(names({ minLevel: 3 })).toEqual(['refused: placement_mismatch'])
  })

  it('refuses zones that the manifest does not have', () => {
    expect(names({}, 'mars')).toEqual(['refused: unknown_zone'])
    expect(names({ regions: [ZoneId('mars')] })).toEqual(['refused: unknown_zone'])
  })

  it('does not depend on the order of the manifest', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(zones, { minLength: zones.length }),
        fc.constantFrom(...zones),
        (shuffled, home) => {
          const first = resolvePlacement({ constraints: {}, home: home.id, zones })
          expect(resolvePlacement({ constraints: {}, home: home.id, zones: shuffled })).toEqual(
            first,
          )
        },
      ),
    )
  })
})

describe('the judgement of a placement', () => {
  const home = ZoneId('eu-west')
  const resolved = resolve({ minLevel: 2 })
  const placement = resolved.ok ? resolved.value : undefined

  it('accepts what the constraints resolve to', () => {
    expect(checkPlacement({ placement: placement!, home, zones })).toEqual({
      ok: true,
      value: undefined,
    })
  })

  it.each([
    ['a zone less', ['eu-west', 'eu-central']],
    ['a zone more', ['eu-west', 'eu-central', 'us-east', 'ap-south']],
    ['another order', ['eu-west', 'us-east', 'eu-central']],
  ])('refuses %s', (_, others) => {
    const changed = { ...placement!, zones: others.map(ZoneId) }
    expect(checkPlacement({ placement: changed, home, zones })).toMatchObject({
      refusal: { code: 'placement_mismatch' },
    })
  })
})
