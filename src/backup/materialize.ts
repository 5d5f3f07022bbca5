/** Writes the files of a backup into a folder and verifies each of them, object by object and table by table. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asDenidinError, DenidinError } from '../platform/errors.ts'
import { fileFault } from '../platform/file-faults.ts'
import { makePrivateFolder, PRIVATE_FILE_MODE } from '../platform/files.ts'
import type { ObjectReader } from './backup-folder.ts'
import type { WorkCall } from './backup-sources.ts'
import { filesOf, type Manifest, type StoredDatabase, type StoredFile } from './manifest.ts'
import { piecesOf } from './patches.ts'
import { ClosedDatabase } from './sqlite/database-proof.ts'
import type { Throttle } from './throttle.ts'

export interface MaterializeDeps {
  readonly objects: ObjectReader
  readonly throttle: Throttle
  /** Whether the files must survive a power cut; false for files that are only checked and then deleted. */
  readonly syncs: boolean
}

/** The result of the verification, with one sentence for each problem. */
export interface Proof {
  readonly problems: readonly string[]
  readonly objects: number
  readonly bytes: number
  readonly tables: number
  readonly rows: number
}

/**
 * Writes all files of a backup below `target` and verifies them. Continues after a problem, so that all problems are
 * found.
 * @throws DenidinError `unavailable` if a file cannot be written; the reason of the signal
 */
export const materialize = async (
  manifest: Manifest,
  target: string,
  deps: MaterializeDeps,
  call: WorkCall,
): Promise<Proof> => {
  const problems: string[] = []
  /** Paths that were not restored completely, so that opening them makes no sense. */
  const broken = new Set<string>()
  const total = Math.ceil(manifest.bytes / 2 ** 20)
  let [objects, bytes, tables, rows] = [0, 0, 0, 0]
  for (const file of filesOf(manifest)) {
    const before = bytes
    const wrong = await writeFile(
      file,
      join(target, file.path),
      { ...deps, chunk_bytes: manifest.chunk_bytes },
      size => {
        objects += 1
        bytes += size
        call.progress({ done: Math.floor(bytes / 2 ** 20), total, unit: 'MB' })
        return deps.throttle.pause(size, call.signal)
      },
    )
    if (wrong === undefined && bytes - before === file.bytes) continue
    problems.push(wrong ?? `${file.path} has another size than the manifest says`)
    broken.add(file.path)
  }
  for (const database of manifest.databases.filter(({ path }) => !broken.has(path))) {
    const wrong = await proveDatabase(database, join(target, database.path), call)
    problems.push(...wrong)
    tables += database.tables.length
    rows += database.tables.reduce((sum, table) => sum + table.rows, 0)
  }
  return { problems, objects, bytes, tables, rows }
}

/** @returns the problem, if there is one */
const writeFile = async (
  stored: StoredFile,
  target: string,
  { objects, syncs, chunk_bytes }: MaterializeDeps & Pick<Manifest, 'chunk_bytes'>,
  written: (bytes: number) => Promise<void>,
): Promise<string | undefined> => {
  const { path, bytes, sha256 } = stored
  try {
    await makePrivateFolder(dirname(target))
    await using file = await open(target, 'wx', PRIVATE_FILE_MODE)
    const whole = createHash('sha256')
    for await (const content of piecesOf(stored, chunk_bytes, object => objects.get(object))) {
      whole.update(content)
      await file.writeFile(content)
      await written(content.length)
    }
    if (syncs) await file.sync()
    return whole.digest('hex') === sha256
      ? undefined
      : `${path} (${String(bytes)} bytes) has other content than the manifest says`
  } catch (error) {
    if (error instanceof DenidinError && error.code === 'damaged') return `${path} cannot be restored: ${error.message}`
    throw isSystemError(error) ? fileFault(error, target) : error
  }
}

const isSystemError = (error: unknown): boolean => typeof (error as NodeJS.ErrnoException).syscall === 'string'

/** Opens a restored database and compares it with the manifest. @returns the problems */
const proveDatabase = async (expected: StoredDatabase, path: string, call: WorkCall): Promise<readonly string[]> => {
  try {
    using database = new ClosedDatabase(path)
    database.check()
    const { migrations } = database
    // A restore point has no digests of its tables: its pages are compared, and their structure was checked.
    const tables = expected.patches === undefined ? (await database.prove(call)).tables : []
    const found = new Map(tables.map(table => [table.name, table]))
    const problems = expected.tables.flatMap(table => {
      const restored = found.get(table.name)
      if (restored === undefined) return [`${expected.path}: the table ${table.name} is missing`]
      if (restored.rows !== table.rows) {
        return [`${expected.path}: ${table.name} has ${String(restored.rows)} rows, not ${String(table.rows)}`]
      }
      return restored.sha256 === table.sha256
        ? []
        : [`${expected.path}: rows of ${table.name} differ from the manifest`]
    })
    if (tables.length > expected.tables.length) problems.push(`${expected.path} has tables that the manifest lacks`)
    if (migrations.join() !== expected.migrations.join()) problems.push(`${expected.path} has another schema`)
    return problems
  } catch (error) {
    call.signal.throwIfAborted()
    return [`${expected.path} cannot be used: ${asDenidinError(error).message}`]
  }
}
