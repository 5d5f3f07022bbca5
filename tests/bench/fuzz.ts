// Sends generated texts of every kind through the whole app with the offline model and reports what failed.
// Usage: npm run test:fuzz [-- --texts 100000] [--seed N]
import { existsSync } from 'node:fs'
import { fuzzPipeline } from '../support/fuzz-pipeline.ts'
import { option } from './option.ts'

// Half of the time would go into writing to the disk, which is not what is tested.
if (existsSync('/dev/shm')) process.env['TMPDIR'] ??= '/dev/shm'

const seed = Number(option('--seed') ?? Date.now() % 1_000_000)
process.stderr.write(`seed ${String(seed)}\n`)
const report = await fuzzPipeline(Number(option('--texts') ?? 100_000), seed, (done, failures) =>
  process.stderr.write(`${String(done)} texts, ${String(failures.length)} failures ${failures.at(-1) ?? ''}\n`),
)
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
process.exitCode = report.failures.length + report.turns_failed + report.set_aside === 0 ? 0 : 1
