/**
 * `node scripts/lock-platforms.ts`: completes package-lock.json after `npm install`. A registry
 * that does not serve the binaries of every platform makes npm leave their entries out, and
 * `npm ci` then refuses the file. What is written here has a version and no hash: npm installs
 * such a package only on the platform that it names, and this project's own Node comes with a hash.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { missingPlatforms, type PackageLock } from './platform-packages.ts'

const file = 'package-lock.json'
const lock = JSON.parse(readFileSync(file, 'utf8')) as PackageLock
const missing = missingPlatforms(lock)
for (const { path, entry } of missing) lock.packages[path] = entry

const sorted = Object.fromEntries(
  Object.entries(lock.packages).toSorted(([left], [right]) => (left < right ? -1 : 1)),
)
writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, null, 2)}\n`)
console.log(`${missing.length} entries written`)
