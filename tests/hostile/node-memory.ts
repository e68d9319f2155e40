/** How much memory a node's process has, by what it says in its metrics. */
import type { MeshNode } from '../support/mesh.ts'

export type NodeFigures = { readonly rssMiB: number; readonly connections: number }

export const figuresOf = async (node: MeshNode): Promise<NodeFigures> => {
  const text = await (await fetch(`${node.management}/metrics`)).text()
  const read = (name: string): number => Number(RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  return {
    rssMiB: Math.round(read('process_resident_memory_bytes') / 2 ** 20),
    connections: read('holdfast_client_connections'),
  }
}
