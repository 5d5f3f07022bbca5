/** Extracting facts from conversations, and the fallback providers for it (`memory.extraction`). */
import type { Section } from '../setting.ts'

const endpoint = (name: string, base_url: string, model: string) =>
  ({
    base_url: { format: 'url', default: base_url, doc: `Base URL of ${name}'s OpenAI-compatible API.` },
    model: { format: 'text', default: model, doc: `${name} model that extracts facts.` },
  }) as const satisfies Section

export const EXTRACTION = {
  timeout_seconds: {
    format: 'number',
    default: 10,
    min: 1,
    max: 120,
    doc: 'Timeout of one extraction request, in seconds.',
  },
  retries: {
    format: 'integer',
    default: 1,
    min: 0,
    max: 3,
    doc: 'Number of retries before the next provider is asked; 0 disables retries.',
  },
  anthropic: endpoint('Anthropic', 'https://api.anthropic.com/v1/', 'claude-haiku-4-5'),
  gemini: endpoint('Gemini', 'https://generativelanguage.googleapis.com/v1beta/openai/', 'gemini-2.5-flash'),
  ollama: endpoint('Ollama', 'http://127.0.0.1:11434/v1', 'llama3.1'),
} as const satisfies Section
