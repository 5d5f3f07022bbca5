// Preloaded into a process that loads files (`node --import`): counts the statements that it gives SQLite, and ends it by
// SIGKILL at one of them. DIE_AT: number of the statement, before which (odd) or after which (even) it ends; without it,
// the process prints how many there were when it exits.
import { writeSync } from 'node:fs'
import { DatabaseSync, StatementSync } from 'node:sqlite'

const dieAt = Number(process.env['DIE_AT'] ?? Infinity)
let statements = 0

const counted = act =>
  function (...values) {
    const isTheOne = ++statements === dieAt
    if (isTheOne && dieAt % 2 === 1) process.kill(process.pid, 'SIGKILL')
    const result = act.apply(this, values)
    if (isTheOne) process.kill(process.pid, 'SIGKILL')
    return result
  }

for (const name of ['run', 'get', 'all']) StatementSync.prototype[name] = counted(StatementSync.prototype[name])
DatabaseSync.prototype.exec = counted(DatabaseSync.prototype.exec)

process.on('exit', () => {
  // At once: what a thread writes to its stream as it ends is lost.
  writeSync(1, `statements ${String(statements)}\n`)
})
