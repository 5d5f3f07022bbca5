// Sends generated texts of every kind through the whole app with the offline model and reports what failed.
// Usage: npm run test:fuzz [-- --texts 100000] [--seed N]
import { existsSync } from 'node:fs'
import { fuzzPipeline } from '../support/fuzz-pipeline.ts'

// Half of the time would go into writing to the disk, which is not what is tested.
if (existsSync('/dev/shm')) process.env['TMPDIR'] ??= '/dev/shm'

const argument = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(name)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}
const seed = argument('--seed', Date.now() % 1_000_000)
process.stderr.write(`seed ${String(seed)}\n`)
const report = await fuzzPipeline(argument('--texts', 100_000), seed, (done, failures) =>
  process.stderr.write(`${String(done)} texts, ${String(failures.length)} failures ${failures.at(-1) ?? ''}\n`),
)
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
process.exitCode = report.failures.length + report.turns_failed + report.set_aside === 0 ? 0 : 1
