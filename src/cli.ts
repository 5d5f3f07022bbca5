// Entry point of the `denidin` command.
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { main } = await import('./app/cli-main.ts')
process.exitCode = await main(process)
