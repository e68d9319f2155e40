/** What tests of whole meshes do and wait for. */
import { afterAll } from 'vitest'
import { createTestMesh, type TestMesh } from './test-mesh.ts'

/** Makes meshes for a file of tests, for each its own. */
export const meshesOfFile = (): typeof createTestMesh => {
  const meshes: TestMesh[] = []
  /** At the end: what they still send each other needs their crypto. */
  afterAll(() => Promise.all(meshes.map((one) => one.stop())))
  return async (...options) => {
    const mesh = await createTestMesh(...options)
    meshes.push(mesh)
    return mesh
  }
}

const zonesOf = (mesh: TestMesh): readonly string[] =>
  mesh.manifest.manifest.zones.map(({ id }) => id)

/** Every zone has compared what it holds with every other. */
export const isCompared = (mesh: TestMesh): boolean =>
  zonesOf(mesh)
    .flatMap((zone) => mesh.node(zone).core.status().peers)
    .every(({ compared }) => compared)

/** Three seconds, and what the zones that are alive do in them. */
export const pass = async (mesh: TestMesh, alive = zonesOf(mesh)): Promise<void> => {
  mesh.advance(3000)
  await Promise.all(alive.map((zone) => mesh.node(zone).core.tick()))
}
