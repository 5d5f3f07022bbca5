// Exit code 0 if node_modules contains the packages of package-lock.json, 1 if an install is needed.
// Runs on any Node, before Node 24 is installed. Development packages are ignored, whether installed or missing.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = name => JSON.parse(readFileSync(join(root, name), 'utf8')).packages

const installed = () => {
  const wanted = read('package-lock.json')
  // npm writes this file last, so it is missing after an interrupted install.
  const found = read('node_modules/.package-lock.json')
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== '' && !entry.dev && !entry.devOptional)
    .every(([path, entry]) => {
      const name = path.slice('node_modules/'.length)
      if (found[path] === undefined || !existsSync(join(root, path))) {
        // Packages for other systems are not needed; Node itself is checked below.
        return entry.optional === true && manifest.dependencies[name] === undefined
      }
      return found[path].version === entry.version && found[path].integrity === entry.integrity
    })
}

const hasNode24 = () =>
  existsSync(join(root, 'node_modules/.bin/node')) || Number(process.versions.node.split('.')[0]) >= 24

try {
  process.exitCode = installed() && hasNode24() ? 0 : 1
} catch {
  process.exitCode = 1
}
