/** `holdfast start`: the whole mesh of a folder; what `npm start` runs. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { type ClientOptions, dirOf, openClient, simulatedWarning } from '../client-context.ts'
import { type MakeCommand, run, type Surroundings } from '../command.ts'
import { exists, publicFile, writeJson } from '../mesh-folder/files.ts'
import { type MeshLayout, meshLayout } from '../mesh-folder/layout.ts'
import { type SizeOptions, withSizeOptions } from '../mesh-folder/mesh-size.ts'
import { currentMeasurement } from '../mesh-folder/node-program.ts'
import { refreshMesh } from '../mesh-folder/refresh-mesh.ts'
import { claimFolder } from '../processes/claim-folder.ts'
import { type LocalMesh, startLocalMesh } from '../processes/local-mesh.ts'
import { runQuickstart } from '../quickstart/run-quickstart.ts'
import { tryNext } from '../quickstart/try-next.ts'
import type { Terminal } from '../terminal.ts'
import { defaultFirstPort, makeMesh } from './init.ts'

type Options = ClientOptions & SizeOptions & { readonly port: string; readonly exit?: true }

const makeOrRefresh = async (
  dir: string,
  options: Options,
  talk: Terminal,
  around: Surroundings,
): Promise<void> => {
  if (!(await exists(dir))) {
    await makeMesh(dir, { ...options, firstPort: Number(options.port) }, talk, around)
    return
  }
  const measurement = await currentMeasurement()
  const { changes } = await refreshMesh(meshLayout(dir), measurement, around.now())
  for (const change of changes) talk.line(change)
}

const startNodes = async (
  dir: string,
  talk: Terminal,
  { env }: Surroundings,
): Promise<LocalMesh> => {
  const step = talk.step('Start the nodes')
  const mesh = await startLocalMesh(dir, env)
  try {
    await mesh.ready()
  } catch (error) {
    step.failed('a node did not become ready')
    await mesh.stop()
    throw error
  }
  step.done(mesh.nodes.map(({ name }) => name).join(', '), {
    nodes: mesh.nodes.map(({ name, zone, config }) => ({
      name,
      zone,
      url: `https://${config.listenClient}`,
      ...(config.listenKmip === undefined ? {} : { kmip: config.listenKmip }),
      pid: mesh.node(name)?.process().pid,
    })),
  })
  const kmip = mesh.nodes.flatMap(({ name, config: { listenKmip } }) =>
    listenKmip === undefined ? [] : [`${name} ${listenKmip}`],
  )
  if (kmip.length > 0) talk.line(talk.style('dim', `  KMIP: ${kmip.join(', ')}`))
  return mesh
}

const firstRun = async (
  mesh: LocalMesh,
  layout: MeshLayout,
  talk: Terminal,
  around: Surroundings & { readonly stop: Promise<unknown> },
): Promise<false> => {
  const options = { dir: layout.dir }
  // The warning has been said; a client of one zone says it no second time.
  const quiet: Terminal = { ...talk, say: () => undefined }
  using client = await openClient(options, around, quiet)
  // A client that is closed gives up its requests, so that nothing is waited for.
  void around.stop.then(() => client.close())
  const result = await runQuickstart({
    client,
    talk,
    mesh,
    clientOf: (zone) => {
      const node = mesh.node(zone)
      const url = node === undefined ? [] : [`https://${node.config.listenClient}`]
      return openClient({ ...options, node: url }, around, quiet)
    },
  })
  const { wallet, account } = result
  await writeJson(layout.quickstart, { wallet: wallet.id, account: account.id }, publicFile)
  return false
}

/** Settles when the user asks to stop, or when a node has ended by itself. */
const untilStopped = (mesh: LocalMesh, stop: Promise<void>): Promise<string | undefined> => {
  const ends = mesh.nodes.map(async (node) => {
    for (;;) {
      const process = node.process()
      await process.ended
      // The quickstart replaces a process that it killed.
      if (process === node.process()) return node.name
    }
  })
  return Promise.race([stop.then(() => undefined), ...ends])
}

export const startCommand: MakeCommand = (around) =>
  withSizeOptions(new Command('start'))
    .description('run every node of a mesh folder; the first time, make it and show the main job')
    .option('--dir <folder>', 'folder of the mesh (default .mesh)')
    .option('--port <number>', 'first port of a new mesh; 0 takes free ones', `${defaultFirstPort}`)
    .option('--exit', 'stop when the mesh has shown that it works')
    .action(
      run(around, async (talk, options: Options) => {
        const dir = resolve(dirOf(options, around))
        const layout = meshLayout(dir)
        const interrupted = new Promise<void>((settle) => around.onInterrupt(settle))
        await makeOrRefresh(dir, options, talk, around)
        const claim = await claimFolder(layout)
        talk.line(talk.style('yellow', simulatedWarning))
        const mesh = await startNodes(dir, talk, around).catch(async (error: unknown) => {
          await claim.release()
          throw error
        })
        try {
          const isFirst = !(await exists(layout.quickstart))
          const stop = interrupted.then(() => true)
          const work = isFirst ? firstRun(mesh, layout, talk, { ...around, stop }) : undefined
          const stopped = await Promise.race([stop, work ?? Promise.resolve(false)])
          if (stopped) await work?.catch(() => undefined)
          if (stopped || options.exit === true) return
          await tryNext(layout, talk, around)
          const lost = await untilStopped(mesh, interrupted)
          if (lost !== undefined) throw new Error(`the node ${lost} ended; see its node.log`)
        } finally {
          const step = talk.step('Stop the nodes')
          await mesh.stop()
          step.done('their state is kept')
          await claim.release()
        }
      }),
    )
