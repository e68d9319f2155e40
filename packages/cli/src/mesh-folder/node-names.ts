/** The nodes of a mesh folder: the first of a zone bears its name, `eu-west.2` is another. */
import { readdir } from 'node:fs/promises'
import { exists } from './files.ts'
import type { MeshLayout } from './layout.ts'

export const nodeName = (zone: string, index: number): string =>
  index === 0 ? zone : `${zone}.${index + 1}`

/** Zone names have no dot. */
export const zoneOfNode = (name: string): string => name.split('.')[0] ?? name

/** The nodes of the zones, in the zones' order; the first of each comes first. */
export const nodeNames = async (
  layout: MeshLayout,
  zones: readonly string[],
): Promise<readonly string[]> => {
  const found: string[] = []
  for (const name of await readdir(layout.nodes)) {
    if (await exists(layout.node(name).config)) found.push(name)
  }
  const byName = new Intl.Collator('en', { numeric: true })
  return zones.flatMap((zone) =>
    found.filter((name) => zoneOfNode(name) === zone).toSorted(byName.compare),
  )
}
