/** Finds model servers on this machine: Ollama and llama.cpp, at their usual ports. */
import { readEnvironment } from '../../config/environment.ts'
import type { LocalServer } from '../../interfaces/cli/local/setup/setup-port.ts'
import { PROVIDER_DEFAULTS } from './setup-edits.ts'

const ANSWER_MS = 1000

/** The servers that answer with a list of models. Ollama's own variable OLLAMA_HOST is obeyed. */
export const findLocalServers = async (): Promise<readonly LocalServer[]> => {
  const found = await Promise.all([
    ask('ollama', ollamaAddress() ?? PROVIDER_DEFAULTS.ollama.base_url ?? ''),
    ask('llama.cpp', PROVIDER_DEFAULTS['llama.cpp'].base_url ?? ''),
  ])
  return found.filter(server => server !== undefined)
}

/** `127.0.0.1:11434`, `http://host:11434`, or a host alone. */
const ollamaAddress = (): string | undefined => {
  const host = readEnvironment()['OLLAMA_HOST']?.trim() ?? ''
  if (host === '') return undefined
  const url = host.includes('://') ? host : `http://${host}`
  if (!URL.canParse(url)) return undefined
  const { protocol, hostname, port } = new URL(url)
  // A server that listens on every address is asked at this machine's own.
  const reached = hostname === '0.0.0.0' ? '127.0.0.1' : hostname
  return `${protocol}//${reached}:${port === '' ? '11434' : port}/v1`
}

const ask = async (provider: LocalServer['provider'], base_url: string): Promise<LocalServer | undefined> => {
  try {
    const answer = await fetch(`${base_url}/models`, { signal: AbortSignal.timeout(ANSWER_MS) })
    if (!answer.ok) return undefined
    const { data } = (await answer.json()) as { readonly data?: readonly { readonly id?: unknown }[] }
    const models = (data ?? []).flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
    return { provider, base_url, models }
  } catch {
    // Nothing listens there, or something else does.
    return undefined
  }
}
