/** HPKE `info` of an imported secret: it opens as an import into this mesh alone. */
import { type Bytes, utf8 } from './bytes.ts'
import type { MeshId } from './ids.ts'

export const importInfo = (mesh: MeshId): Bytes => utf8(`holdfast import v1\0${mesh}`)
