// Makes a release: gives the unreleased section of CHANGELOG.md its version and date, sets the version of the package,
// commits both, and tags the commit. Nothing is pushed.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const HELP = `Usage: npm run release -- VERSION [--dry-run]

Makes the release VERSION, such as 0.2.0, in the working copy of the present folder: the section "Unreleased" of
CHANGELOG.md becomes that of VERSION with today's date, package.json and package-lock.json get the version, both are
committed, and the commit is tagged vVERSION. Push them yourself: git push --follow-tags

It refuses a version that is not higher than the present one, a tag that exists, an empty section of the changelog,
uncommitted changes, and another branch than main.

  --dry-run  says what would be released, and changes nothing
`

const UNRELEASED = '## Unreleased'
const VERSION = /^(\d+)\.(\d+)\.(\d+)$/

/** A reason to refuse, for the operator. */
class Refusal extends Error {}

const git = (...args: readonly string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim()

const numbersOf = (version: string): readonly number[] => {
  const found = VERSION.exec(version)
  if (found === null) throw new Refusal(`"${version}" is no version: give three numbers, such as 0.2.0`)
  return found.slice(1).map(Number)
}

const isHigher = (one: string, other: string): boolean => {
  const others = numbersOf(other)
  const difference = numbersOf(one)
    .map((each, at) => each - (others[at] ?? 0))
    .find(each => each !== 0)
  return difference !== undefined && difference > 0
}

/** What stands below the heading of the unreleased changes. */
const unreleasedIn = (changelog: string): string => {
  const [, after] = changelog.split(`${UNRELEASED}\n`)
  if (after === undefined) throw new Refusal(`CHANGELOG.md has no section "${UNRELEASED}"`)
  const entries = (after.split(/^## /m)[0] ?? '').trim()
  if (!/^- /m.test(entries)) throw new Refusal(`the section "${UNRELEASED}" of CHANGELOG.md has no entry`)
  return entries
}

const check = (version: string): string => {
  const present = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version
  if (!isHigher(version, present)) throw new Refusal(`${version} is not higher than the present version, ${present}`)
  const branch = git('rev-parse', '--abbrev-ref', 'HEAD')
  if (branch !== 'main') throw new Refusal(`releases are made on the branch main, and this is ${branch}`)
  if (git('status', '--porcelain') !== '') throw new Refusal('there are uncommitted changes: commit them first')
  if (git('tag', '--list', `v${version}`) !== '') throw new Refusal(`there is a tag v${version} already`)
  return unreleasedIn(readFileSync('CHANGELOG.md', 'utf8'))
}

/** Replaces the version of the package itself, which is the first in each file (in the lock file, the first two). */
const setVersion = (file: string, version: string, times: number): void => {
  let left = times
  const text = readFileSync(file, 'utf8').replace(/"version": "[^"]+"/g, found =>
    left-- > 0 ? `"version": "${version}"` : found,
  )
  writeFileSync(file, text)
}

const release = (version: string): void => {
  const changelog = readFileSync('CHANGELOG.md', 'utf8')
  const today = new Date().toISOString().slice(0, 10)
  writeFileSync('CHANGELOG.md', changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## ${version} – ${today}`))
  setVersion('package.json', version, 1)
  setVersion('package-lock.json', version, 2)
  git('commit', '--quiet', '--message', `Release ${version}`, 'CHANGELOG.md', 'package.json', 'package-lock.json')
  git('tag', '--annotate', `v${version}`, '--message', `DeniDin ${version}, see CHANGELOG.md`)
}

const main = (): number => {
  const { values, positionals } = parseArgs({
    options: { help: { type: 'boolean' }, 'dry-run': { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [version, ...others] = positionals
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  if (version === undefined || others.length > 0) {
    process.stderr.write(HELP)
    return 2
  }
  const entries = check(version).match(/^- /gm)?.length ?? 0
  if (values['dry-run']) {
    process.stdout.write(`v${version} would be released, with ${String(entries)} entries of CHANGELOG.md.\n`)
    return 0
  }
  release(version)
  process.stdout.write(
    `v${version} is committed and tagged, with ${String(entries)} entries of CHANGELOG.md. Push it: git push --follow-tags\n`,
  )
  return 0
}

try {
  process.exitCode = main()
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  process.stderr.write(`Nothing was released: ${error.message}.\n`)
  process.exitCode = 1
}
