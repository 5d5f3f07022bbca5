/**
 * Names the rules of `.dependency-cruiser.cjs` that source trees break: reads a folder per line on stdin, and prints a
 * JSON list per line. Loading the tool takes a second, so one process serves all trees.
 */
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cruise } from 'dependency-cruiser'
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config'
import { PROJECT } from './script-run.ts'

const rules = await extractConfig(join(PROJECT, '.dependency-cruiser.cjs'))

for await (const folder of createInterface({ input: process.stdin })) {
  process.chdir(folder)
  const { output } = await cruise(['src'], {
    ...rules.options,
    ruleSet: rules,
    validate: true,
    baseDir: folder,
  })
  if (typeof output === 'string') throw new Error(output)
  console.log(JSON.stringify([...new Set(output.summary.violations.map(each => each.rule.name))].sort()))
}
