import { accessSync, constants } from 'node:fs'
import type { Settings } from './settings.ts'

/** Folders in `data_root` that belong to others. */
const TAKEN_FOLDERS = ['sessions', 'whatsapp', 'run']
/** From here on up, a threshold hides nearly everything from OpenAI's third generation of embedding models. */
const HIGH_SIMILARITY = 0.6

/** What no key shows by itself: one line for each combination of values that cannot work. */
export const problemsBetween = (settings: Settings): readonly string[] => {
  const { ai, embeddings, memory, openai_api_key } = settings
  const { longterm } = memory
  const problems: string[] = []
  const embeds = settings.feature_flags.enable_memory_system && longterm.enabled
  if (ai.provider === 'openai' && openai_api_key === undefined && ai.base_url === undefined) {
    problems.push(
      'openai_api_key: none is set; put OPENAI_API_KEY into .env, or set ai.base_url to a service that needs no key, or ai.provider to offline',
    )
  } else if (
    embeds &&
    embeddings.provider === 'openai' &&
    embeddings.api_key === undefined &&
    embeddings.base_url === undefined
  ) {
    problems.push(
      'openai_api_key: none is set, and embeddings.provider is openai; put OPENAI_API_KEY into .env, or set embeddings.base_url, or embeddings.provider to offline',
    )
  }
  if (longterm.chroma.mode === 'remote' && longterm.chroma.url === undefined) {
    problems.push('memory.longterm.chroma.url: must be set where memory.longterm.chroma.mode is remote: value was null')
  }
  if (longterm.reranker.kind === 'http' && longterm.reranker.url === undefined) {
    problems.push(
      'memory.longterm.reranker.url: must be set where memory.longterm.reranker.kind is http: value was null',
    )
  }
  if (longterm.semantic_weight + longterm.recency_weight === 0) {
    problems.push(
      'memory.longterm.semantic_weight: must be above 0 where memory.longterm.recency_weight is 0: value was 0',
    )
  }
  const [folder = '.'] = longterm.storage_dir.split('/')
  if (folder === '.' || TAKEN_FOLDERS.includes(folder)) {
    problems.push(
      `memory.longterm.storage_dir: must be a folder of its own below data_root, not ${TAKEN_FOLDERS.join(', ')} or data_root itself: value was "${longterm.storage_dir}"`,
    )
  }
  problems.push(
    ...unreadable('ai.system_prompt_file', ai.system_prompt_file),
    ...unreadable('whatsapp.browser_path', settings.whatsapp.browser_path),
  )
  return problems
}

const unreadable = (key: string, path: string | undefined): readonly string[] => {
  if (path === undefined) return []
  try {
    accessSync(path, constants.R_OK)
    return []
  } catch {
    return [`${key}: must be a file that can be read: value was "${path}"`]
  }
}

/** What works, but hardly as it was meant. */
export const warningsBetween = (settings: Settings): readonly string[] => {
  const { godfather_phone, user_roles, embeddings } = settings
  const { longterm } = settings.memory
  const warnings: string[] = []
  if (godfather_phone !== undefined && user_roles.blocked_phones.includes(godfather_phone)) {
    warnings.push('user_roles.blocked_phones: the godfather_phone is among them; the godfather is not blocked')
  }
  if (longterm.chroma.mode === 'managed' && longterm.chroma.url !== undefined) {
    warnings.push('memory.longterm.chroma.url: has no effect while memory.longterm.chroma.mode is managed')
  }
  if (embeddings.model.startsWith('text-embedding-3') && (longterm.min_similarity ?? 0) >= HIGH_SIMILARITY) {
    warnings.push(
      `memory.longterm.min_similarity: ${String(longterm.min_similarity)} recalls almost nothing with ${embeddings.model}, where related texts often lie at 0.2 to 0.6; leave it out for a fitting one`,
    )
  }
  return warnings
}
