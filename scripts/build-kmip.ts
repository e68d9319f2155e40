/**
 * `npm run build -w @holdfast/kmip`: the package as it is published, in `build/kmip` or the folder
 * that is named: JavaScript of ES2022 with declarations, `index.js` and what it needs. The few
 * pure modules of `@holdfast/base` that it uses go in with it, so that it depends on nothing.
 *
 *     npm run build -w @holdfast/kmip && npm publish build/kmip
 */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'

const root = join(import.meta.dirname, '..')
const source = join(root, 'packages/kmip')
const out = resolve(process.argv[2] ?? join(root, 'build/kmip'))

const compilerOptions = {
  noEmit: false,
  declaration: true,
  rewriteRelativeImportExtensions: true,
  // Runs where `using` is not known yet.
  target: 'ES2022',
  rootDir: join(root, 'packages'),
}

/** The modules of `@holdfast/base` that are imported: tsc builds no other package by itself. */
const baseModules = (): readonly string[] => {
  const files = globSync('src/**/*.ts', { cwd: source, exclude: ['**/*.test.ts', '**/testing/**'] })
  const text = files.map((file) => readFileSync(join(source, file), 'utf8')).join('\n')
  const names = [...text.matchAll(/'@holdfast\/base\/([a-z0-9-]+)'/g)].map(([, name]) => name)
  return [...new Set(names)].map((name) => join(root, `packages/base/src/${name}.ts`))
}

const compile = (folder: string): void => {
  const config = join(folder, 'tsconfig.json')
  const settings = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: { ...compilerOptions, outDir: folder },
    files: [join(source, 'src/index.ts'), ...baseModules()],
  }
  writeFileSync(config, JSON.stringify(settings))
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')))
  const bin = JSON.parse(readFileSync(join(tsc, 'package.json'), 'utf8')) as {
    readonly bin: { readonly tsc: string }
  }
  const run = spawnSync(process.execPath, [join(tsc, bin.bin.tsc), '-p', config], { cwd: root })
  if (run.status !== 0) throw new Error(`tsc: ${run.stdout.toString()}${run.stderr.toString()}`)
}

/** Where a compiled module goes: `kmip/src/x` to `x`, `base/src/x` to `base/x`. */
const placeOf = (file: string): string =>
  file.startsWith('kmip/src/') ? file.slice('kmip/src/'.length) : file.replace('/src/', '/')

/** Imports of `@holdfast/base/x`, and declarations' of sources, as relative ones of JavaScript. */
const rewritten = (text: string, place: string): string =>
  text
    .replaceAll(/(['"])@holdfast\/base\/([a-z0-9-]+)\1/g, (_all, quote: string, name: string) => {
      const path = relative(dirname(place), `base/${name}.js`)
      return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
    })
    .replaceAll(/(from |import\()(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2')

const packageOf = (): object => {
  const {
    exports: _,
    dependencies: __,
    files: ___,
    scripts: ____,
    ...own
  } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Record<string, unknown>
  return {
    ...own,
    engines: { node: '>=20.4.0' },
    main: './index.js',
    types: './index.d.ts',
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
  }
}

const build = (): number => {
  mkdirSync(join(root, 'build'), { recursive: true })
  const folder = mkdtempSync(join(root, 'build/tsc-'))
  try {
    compile(folder)
    rmSync(out, { recursive: true, force: true })
    const files = globSync('{kmip,base}/src/**/*.{js,d.ts}', { cwd: folder })
    for (const file of files) {
      const place = placeOf(file)
      mkdirSync(dirname(join(out, place)), { recursive: true })
      writeFileSync(join(out, place), rewritten(readFileSync(join(folder, file), 'utf8'), place))
    }
    copyFileSync(join(source, 'README.md'), join(out, 'README.md'))
    copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'))
    writeFileSync(join(out, 'package.json'), `${JSON.stringify(packageOf(), undefined, 2)}\n`)
    return files.length
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

console.log(`${build()} files in ${relative(process.cwd(), out) || out}`)
