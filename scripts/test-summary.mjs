// Prints the total counts of several Jest runs on one line, from the files that `--json --outputFile` wrote.
// Usage: node scripts/test-summary.mjs FILE…; the exit code is 1 if anything failed.
import { readFileSync } from 'node:fs'

const results = process.argv.slice(2).map(file => JSON.parse(readFileSync(file, 'utf8')))
const sum = count => results.reduce((total, result) => total + count(result), 0)
const passed = sum(result => result.numPassedTests)
// A test file that could not be loaded contains no tests, so it counts as one failed test.
const failed = sum(result => result.numFailedTests + result.numRuntimeErrorTestSuites)
const skipped = sum(result => result.numPendingTests + result.numTodoTests)

for (const file of results.flatMap(result => result.testResults)) {
  if (file.status === 'failed' && file.assertionResults.length === 0) console.log(`not loaded: ${file.name}`)
  for (const each of file.assertionResults) if (each.status === 'failed') console.log(`failed: ${each.fullName}`)
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = results.length === 0 || failed > 0 || results.some(result => !result.success) ? 1 : 0
