/**
 * Key material: bytes, or for transparent formats a structure of numbers (KMIP 2.1 §3.4 to
 * §3.12). Which numbers belong to which format is one table.
 */
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Item } from '../item.ts'
import { bigInteger, bytes, type EnumerationValue, enumeration } from '../schema/primitives.ts'
import { optional, structure } from '../schema/structure.ts'
import { subjectOf, type ValueOf } from '../schema/type.ts'
import type { Version } from '../version.ts'

const transparent = structure({
  key: optional('Key', bytes),
  modulus: optional('Modulus', bigInteger),
  privateExponent: optional('PrivateExponent', bigInteger),
  publicExponent: optional('PublicExponent', bigInteger),
  p: optional('P', bigInteger),
  q: optional('Q', bigInteger),
  g: optional('G', bigInteger),
  j: optional('J', bigInteger),
  x: optional('X', bigInteger),
  y: optional('Y', bigInteger),
  primeExponentP: optional('PrimeExponentP', bigInteger),
  primeExponentQ: optional('PrimeExponentQ', bigInteger),
  crtCoefficient: optional('CRTCoefficient', bigInteger),
  recommendedCurve: optional('RecommendedCurve', enumeration('RecommendedCurve')),
  d: optional('D', bigInteger),
  qString: optional('QString', bytes),
})

export type TransparentKey = ValueOf<typeof transparent>

export type KeyMaterial = Bytes | TransparentKey

type Part = keyof TransparentKey
type Parts = { readonly needs: readonly Part[]; readonly may?: readonly Part[] }

const ecPrivate: Parts = { needs: ['recommendedCurve', 'd'] }
const ecPublic: Parts = { needs: ['recommendedCurve', 'qString'] }

const partsOf: Readonly<Record<string, Parts>> = {
  TransparentSymmetricKey: { needs: ['key'] },
  TransparentDSAPrivateKey: { needs: ['p', 'q', 'g', 'x'] },
  TransparentDSAPublicKey: { needs: ['p', 'q', 'g', 'y'] },
  TransparentRSAPrivateKey: {
    needs: ['modulus'],
    may: [
      'privateExponent',
      'publicExponent',
      'p',
      'q',
      'primeExponentP',
      'primeExponentQ',
      'crtCoefficient',
    ],
  },
  TransparentRSAPublicKey: { needs: ['modulus', 'publicExponent'] },
  TransparentDHPrivateKey: { needs: ['p', 'g', 'x'], may: ['q', 'j'] },
  TransparentDHPublicKey: { needs: ['p', 'g', 'y'], may: ['q', 'j'] },
  TransparentECDSAPrivateKey: ecPrivate,
  TransparentECDSAPublicKey: ecPublic,
  TransparentECDHPrivateKey: ecPrivate,
  TransparentECDHPublicKey: ecPublic,
  TransparentECMQVPrivateKey: ecPrivate,
  TransparentECMQVPublicKey: ecPublic,
  TransparentECPrivateKey: ecPrivate,
  TransparentECPublicKey: ecPublic,
}

type Format = EnumerationValue<'KeyFormatType'>

const check = (format: Format, material: TransparentKey, tag: number): void => {
  const parts = partsOf[format] ?? fail('malformed', 'key material is not bytes', subjectOf(tag))
  const allowed: readonly string[] = [...parts.needs, ...(parts.may ?? [])]
  for (const part of parts.needs) {
    if (material[part] === undefined) fail('missing_field', `absent from ${format}`, part)
  }
  for (const [part, value] of Object.entries(material)) {
    if (value !== undefined && !allowed.includes(part))
      fail('unknown_tag', `not of ${format}`, part)
  }
}

const isBytes = (material: KeyMaterial): material is Bytes => material instanceof Uint8Array

export const readKeyMaterial = (item: Item, format: Format, version: Version): KeyMaterial => {
  if (item.type !== 'Structure') {
    const value = bytes.read(item, version)
    if (Object.hasOwn(partsOf, format)) fail('malformed', `not of ${format}`, subjectOf(item.tag))
    return value
  }
  const material = transparent.read(item, version)
  check(format, material, item.tag)
  return material
}

export const writeKeyMaterial = (
  tag: number,
  material: KeyMaterial,
  format: Format,
  version: Version,
): Item => {
  if (isBytes(material)) return bytes.write(tag, material, version)
  check(format, material, tag)
  return transparent.write(tag, material, version)
}
