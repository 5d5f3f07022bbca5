// Entry point of the running bot.
import { enableCompileCache } from 'node:module'

// Whatever is written is for the owner alone.
process.umask(0o077)
enableCompileCache()
const { main } = await import('./app/bot-main.ts')
process.exitCode = await main(process)
