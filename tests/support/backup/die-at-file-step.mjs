// Counts what a process does to files, and kills it (kill -9) at the step DIE_AT: before the step where that is even,
// after it where it is odd.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const die_at = Number(process.env.DIE_AT ?? Infinity)
let steps = 0

const dieIf = dies => {
  if (dies) process.kill(process.pid, 'SIGKILL')
}

const counted = (owner, name) => {
  const act = owner[name]
  owner[name] = async function (...args) {
    const step = ++steps
    dieIf(step === die_at && step % 2 === 0)
    const result = await act.apply(this, args)
    dieIf(step === die_at && step % 2 === 1)
    return result
  }
}

for (const name of ['rename', 'unlink', 'rm', 'mkdir', 'open']) counted(fs.promises, name)
const handle = await fs.promises.open(process.execPath, 'r')
for (const name of ['sync', 'write', 'writeFile', 'read']) counted(Object.getPrototypeOf(handle), name)
await handle.close()
steps = 0
syncBuiltinESMExports()
process.on('exit', () => {
  // At once: what a thread writes to its stream as it ends is lost.
  fs.writeSync(1, `steps ${steps}\n`)
})
