/**
 * The Chroma server's process: `node chroma-server-main.ts run --path … --host … --port …`. Chroma occupies the main
 * thread and never checks its parent. So a second thread waits for the end of standard input, which the system closes
 * when the parent dies, even by kill -9, and then ends the process: two servers must never open the same folder.
 */
import { Socket } from 'node:net'
import { isMainThread, Worker } from 'node:worker_threads'

/** Exit code when the Chroma program cannot be loaded on this system. */
const CANNOT_LOAD = 69

const runChroma = async (): Promise<void> => {
  const watch = new Worker(new URL(import.meta.url))
  await new Promise(resolve => watch.once('online', resolve))
  try {
    await import(new URL('cli.mjs', import.meta.resolve('chromadb')).href)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(CANNOT_LOAD)
  }
}

const watchParent = (): void => {
  const end = (): void => {
    process.kill(process.pid, 'SIGKILL')
  }
  new Socket({ fd: 0, readable: true, writable: false }).once('end', end).once('error', end).resume()
}

if (isMainThread) await runChroma()
else watchParent()
