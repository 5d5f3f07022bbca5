// Copies the lexicons beside the compiled code: scripts/copy-lexicons.mjs [output folder of tsc, "dist" by default].
import { cpSync } from 'node:fs'
import { extname, join } from 'node:path'

const target = process.argv[2] ?? join(import.meta.dirname, '../dist')
cpSync(join(import.meta.dirname, '../src/text/lexicons'), join(target, 'text/lexicons'), {
  recursive: true,
  filter: source => extname(source) !== '.ts',
})
