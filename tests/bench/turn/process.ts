// Measures the bot's own process with the demo's configuration: resident memory, and the time to its first answer.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { connectToOwner } from '../../../src/operations/socket/socket-client.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { percentiles, residentMegabytes, type Percentiles } from '../figures.ts'
import { now } from './own-time.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** Resident memory of the bot's process, started and after a talk in each of many chats, in MB (Linux). */
export const measureMemory = async (chats: number): Promise<Record<string, number>> => {
  await using folder = await temporaryFolder()
  const bot = spawn(join(ROOT, 'bin/denidin-bot'), {
    env: demoEnvironment(folder.path),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise(resolve => bot.once('exit', resolve))
  await new Promise(resolve => bot.stdout.once('data', resolve))
  const started = residentMegabytes(bot.pid)
  const client = await connectToOwner(join(folder.path, 'data', 'run', 'denidin.sock'))
  if (client === undefined) throw new Error('the bot serves no socket')
  const phones = Array.from({ length: chats }, (_, n) => `1556${String(n).padStart(7, '0')}`)
  for (const message of ['My dog is called Rex', '/reset', 'What is my dog called?']) {
    await Promise.all(phones.map(phone => client.call('chat.say', { message, as: phone })))
  }
  const talked = residentMegabytes(bot.pid)
  await client[Symbol.asyncDispose]()
  bot.kill('SIGTERM')
  await ended
  return { started_mb: started, after_talks_mb: talked }
}

const demoEnvironment = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  DENIDIN_CONFIG: join(ROOT, 'config/demo.json'),
  DENIDIN_DATA_ROOT: join(folder, 'data'),
  DENIDIN_LOGS_DIR: join(folder, 'logs'),
})

/** From the start of the process to the first answer of a chat, in milliseconds. */
const coldStart = async (folder: string): Promise<number> => {
  const began = now()
  const child = spawn(join(ROOT, 'bin/denidin'), ['chat'], {
    env: demoEnvironment(folder),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answered = new Promise<number>(resolve => {
    child.stdout.once('data', () => {
      resolve(now() - began)
    })
  })
  child.stdin.write('Hello, my dog is called Rex\n')
  const time = await answered
  child.stdin.end()
  await new Promise(resolve => child.once('exit', resolve))
  return time
}

export const measureColdStart = async (starts: number): Promise<Percentiles> => {
  const times: number[] = []
  for (let n = 0; n < starts; n++) {
    await using folder = await temporaryFolder()
    times.push(await coldStart(folder.path))
  }
  return percentiles(times)
}
