/**
 * `node scripts/gramine-manifest.ts`: the manifest template of deploy/gramine with Gramine's own
 * places filled in, for reading and for tests; `gramine-manifest` makes the one that is signed.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from '@holdfast/base/errors'

/** Where Gramine's Debian package puts them. */
export const graminePlaces: Readonly<Record<string, string>> = {
  'gramine.libos': '/usr/lib/x86_64-linux-gnu/gramine/libsysdb.so',
  'gramine.runtimedir()': '/usr/lib/x86_64-linux-gnu/gramine/runtime/glibc',
}

export const renderManifest = (
  template: string,
  places: Readonly<Record<string, string>> = graminePlaces,
): string => {
  const rendered = template.replaceAll(/\{\{\s*([^}]+?)\s*\}\}/g, (_, name: string) => {
    const place = places[name]
    assert(place !== undefined, `a place of the template is known: ${name}`)
    return place
  })
  assert(!/\{[{%#]/.test(rendered), 'the template has variables and nothing else')
  return rendered
}

if (import.meta.main) {
  const path = join(import.meta.dirname, '../deploy/gramine/holdfast.manifest.template')
  process.stdout.write(renderManifest(readFileSync(path, 'utf8')))
}
