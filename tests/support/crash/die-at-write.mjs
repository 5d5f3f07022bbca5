// Preloaded into the bot (`node --import`): counts what it writes for good, and ends it by SIGKILL at one such write.
// CRASH_AT: `after:17` or `before:17`, the seventeenth since the start; CRASH_TRACE: a file that gets a line a write;
// CRASH_ROOT: only files below this folder count.
import { appendFileSync, promises } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'

const { CRASH_AT = '', CRASH_TRACE, CRASH_ROOT = '/' } = process.env
const [side, number] = CRASH_AT.split(':')
let writes = 0

/** Counts a write; true when the process is to end on this side of it. */
const isTheOne = (when, count) => side === when && Number(number) === count
const end = () => process.kill(process.pid, 'SIGKILL')

const begin = what => {
  const count = ++writes
  if (CRASH_TRACE !== undefined) appendFileSync(CRASH_TRACE, `${String(count)} ${what}\n`)
  if (isTheOne('before', count)) end()
  return () => {
    if (isTheOne('after', count)) end()
  }
}

const atOnce = (what, act) => {
  const done = begin(what)
  const result = act()
  done()
  return result
}

const short = sql => sql.trim().replace(/\s+/g, ' ').slice(0, 60)

const watchDatabases = () => {
  const owners = new WeakMap()
  /** Statements of the transaction under way: they name the commit. */
  const inside = new WeakMap()
  const { prepare, exec } = DatabaseSync.prototype
  const { run } = StatementSync.prototype
  DatabaseSync.prototype.prepare = function (sql, ...rest) {
    const statement = prepare.call(this, sql, ...rest)
    owners.set(statement, { database: this, sql })
    return statement
  }
  StatementSync.prototype.run = function (...values) {
    const { database, sql } = owners.get(this)
    if (!database.isTransaction) return atOnce(short(sql), () => run.apply(this, values))
    inside.set(database, [...(inside.get(database) ?? []), short(sql)])
    return run.apply(this, values)
  }
  DatabaseSync.prototype.exec = function (sql) {
    const act = () => exec.call(this, sql)
    if (/^\s*commit/i.test(sql)) {
      const what = `commit: ${(inside.get(this) ?? []).join(' + ')}`
      inside.delete(this)
      return atOnce(what, act)
    }
    if (/^\s*rollback/i.test(sql)) inside.delete(this)
    return act()
  }
}

const OF_NO_WEIGHT = '.can-write'

const watchFiles = () => {
  const counts = path => String(path).startsWith(CRASH_ROOT) && !String(path).endsWith(OF_NO_WEIGHT)
  const shown = path =>
    String(path)
      .slice(CRASH_ROOT.length)
      .replace(/[0-9a-f-]{36}/, '<id>')
  for (const name of ['rename', 'writeFile', 'rm']) {
    const promised = promises[name]
    promises[name] = async (path, ...rest) => {
      if (!counts(path)) return await promised(path, ...rest)
      const done = begin(`${name} ${shown(path)}`)
      const result = await promised(path, ...rest)
      done()
      return result
    }
  }
  syncBuiltinESMExports()
}

if (isMainThread) {
  watchDatabases()
  watchFiles()
}
