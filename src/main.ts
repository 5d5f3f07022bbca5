// Entry point of the running bot.
import { enableCompileCache } from 'node:module'

enableCompileCache()
const { main } = await import('./app/bot-main.ts')
process.exitCode = await main(process)
