/**
 * `npm run build:console [FOLDER]`: bundles the web page into packages/console/dist (or FOLDER),
 * which a node serves where its configuration names it. Writes the sizes to docs/console-size.md.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
const source = join(root, 'packages/console')
const given = process.argv[2]
const folder = given ?? join(source, 'dist')

const bundle = async (): Promise<void> => {
  const build = await rolldown({
    input: join(source, 'src/main.ts'),
    cwd: root,
    platform: 'browser',
    logLevel: 'warn',
  })
  await build.write({ file: join(folder, 'console.js'), format: 'es', minify: true })
  await build.close()
}

const row = (name: string): string => {
  const bytes = readFileSync(join(folder, name))
  return `| ${name} | ${bytes.length} | ${gzipSync(bytes, { level: 9 }).length} |`
}

mkdirSync(folder, { recursive: true })
await bundle()
const names = ['index.html', 'console.css']
for (const name of names) copyFileSync(join(source, 'static', name), join(folder, name))
if (given === undefined) {
  const lines = [
    '# The size of the web page',
    '',
    'Written by `npm run build:console`. The bundle holds the whole client: evidence, sessions,',
    'passkeys.',
    '',
    '| file | bytes | gzipped |',
    '|---|---|---|',
    ...['console.js', ...names].map(row),
    '',
  ]
  writeFileSync(join(root, 'docs/console-size.md'), lines.join('\n'))
}
