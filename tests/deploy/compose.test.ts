import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { utf8 } from '@holdfast/base/bytes'
import { readConfig } from '@holdfast/node/config'
import { describe, expect, it } from 'vitest'
import { composeFile, environmentOf } from '../../scripts/compose-file.ts'

const path = join(import.meta.dirname, '../../deploy/compose/compose.yaml')

describe('the compose file', () => {
  it('is the one that the list of its services writes', () => {
    expect(readFileSync(path, 'utf8')).toBe(composeFile())
  })

  it('is well-formed: each line is a key or an item, deeper by two spaces at most', () => {
    let before = 0
    for (const line of composeFile().trim().split('\n').slice(1)) {
      const [, spaces = '', rest = ''] = /^( *)(.*)$/.exec(line) ?? []
      expect(rest).toMatch(/^(- "(\\.|[^"\\])*"|[a-z_A-Z0-9-]+:( ("(\\.|[^"\\])*"|\d+))?)$/)
      expect(spaces.length % 2).toBe(0)
      expect(spaces.length).toBeLessThanOrEqual(before + 2)
      before = spaces.length
    }
  })

  it.each(['eu-west', 'us-east', 'ap-south'])(
    'sets nothing that a node of %s does not know, and all peers but itself',
    (zone) => {
      const node = JSON.stringify({ zone, manifest: 'manifest.json' })
      const result = readConfig({
        argv: ['--config', '/mesh/nodes/x/node.json'],
        env: environmentOf(zone, 2),
        cwd: '/',
        readFile: () => utf8(node),
      })
      if (!result.ok) throw new Error(result.refusal.detail)
      expect(result.value.peers).toHaveLength(8)
      expect(result.value.peers.filter((peer) => peer.zone === zone)).toHaveLength(2)
      expect(result.value.etcd?.endpoints).toHaveLength(3)
    },
  )
})
