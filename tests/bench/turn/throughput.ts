// Measures how many messages a second many chats get answered, and what is lost or answered twice meanwhile.
import { startBenchDenidin } from '../bench-denidin.ts'
import { chatOf, now, words } from './own-time.ts'

export interface ThroughputOptions {
  readonly chats: number
  readonly messages_per_chat: number
}

const MICROSECONDS_PER_MS = 1000

/** `cpu_ms_per_message`: processor time of the main thread; other processes on the machine hardly show in it. */
export const measureThroughput = async ({
  chats,
  messages_per_chat,
}: ThroughputOptions): Promise<Record<string, number>> => {
  await using denidin = await startBenchDenidin({ concurrency: 32 })
  const phones = Array.from({ length: chats }, (_, n) => `1556${String(n).padStart(7, '0')}`)
  const cpu = process.threadCpuUsage()
  const began = now()
  for (let round = 0; round < messages_per_chat; round++) {
    await Promise.all(phones.map(phone => denidin.channel.deliver({ text: words(15, round), chat_id: chatOf(phone) })))
    await Promise.all(phones.map(phone => denidin.app.conversation.whenIdle(chatOf(phone))))
  }
  const seconds = (now() - began) / 1000
  const { user, system } = process.threadCpuUsage(cpu)
  const answers = new Map<string, number>()
  for (const { chat_id } of denidin.channel.sent) answers.set(chat_id, (answers.get(chat_id) ?? 0) + 1)
  const counts = phones.map(phone => answers.get(chatOf(phone)) ?? 0)
  const messages = chats * messages_per_chat
  return {
    messages,
    messages_per_second: Math.round(messages / seconds),
    cpu_ms_per_message: Math.round((100 * (user + system)) / MICROSECONDS_PER_MS / messages) / 100,
    lost: counts.reduce((sum, count) => sum + Math.max(0, messages_per_chat - count), 0),
    repeated: counts.reduce((sum, count) => sum + Math.max(0, count - messages_per_chat), 0),
  }
}
