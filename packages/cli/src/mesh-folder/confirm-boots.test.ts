/** Which boots the operator of a mesh folder finds to name. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { forgetBoot, readBoots } from './confirm-boots.ts'
import { meshLayout } from './layout.ts'

it('finds no boot of a node that starts again, before that has said its next one', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-boots-'))
  const layout = meshLayout(dir)
  const said = (boot: string, zone: string) => ({
    format: 'holdfast boot v1',
    zone,
    boot,
    measurement: '00'.repeat(32),
  })
  try {
    const boots = {
      'eu-west': `boot_${'aa'.repeat(16)}`,
      'us-east': `boot_${'bb'.repeat(16)}`,
    }
    for (const [name, boot] of Object.entries(boots)) {
      const { dir: own } = layout.node(name)
      await mkdir(own, { recursive: true })
      await writeFile(join(own, 'boot.json'), JSON.stringify(said(boot, name)))
    }
    const names = Object.keys(boots)
    const zonesNamed = async () => (await readBoots(layout, names)).map(({ zone }) => zone)
    expect(await zonesNamed()).toEqual(names)
    await forgetBoot(layout, 'eu-west')
    expect(await zonesNamed()).toEqual(['us-east'])
    await forgetBoot(layout, 'eu-west')
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
