// Prints the counts of a Jest run as one plain line, from the file that `--json --outputFile` wrote.
// Usage: node scripts/test-summary.mjs FILE; the exit code is 1 when anything failed.
import { readFileSync } from 'node:fs'

const result = JSON.parse(readFileSync(process.argv[2], 'utf8'))
// A test file that could not even be loaded has no tests to count as failed: it counts as one.
const failed = result.numFailedTests + result.numRuntimeErrorTestSuites
const skipped = result.numPendingTests + result.numTodoTests

for (const file of result.testResults) {
  if (file.status === 'failed' && file.assertionResults.length === 0) console.log(`not loaded: ${file.name}`)
  for (const each of file.assertionResults) if (each.status === 'failed') console.log(`failed: ${each.fullName}`)
}
console.log(`${result.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || !result.success ? 1 : 0
