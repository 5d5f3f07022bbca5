/** Health of a model that answers, but reads only a part of what it is sent. */
import type { Health, HealthCheck } from '../platform/health.ts'
import type { ModelKey, ModelKnowledge } from './knowledge/model-knowledge.ts'

export interface CutHealthDeps {
  /** The model and where it is asked. */
  readonly model: string
  readonly key: ModelKey
  readonly knowledge: ModelKnowledge
  /** The health that its calls show. */
  readonly health: HealthCheck
}

export const withCuts = ({ model, key, knowledge, health }: CutHealthDeps): HealthCheck => ({
  name: health.name,
  health: async (): Promise<Health> => {
    const found = await health.health()
    const { cut_at_tokens } = knowledge.traitsOf(key)
    if (cut_at_tokens === undefined || found.state === 'down') return found
    const detail = `${model} answers, but reads only about ${cut_at_tokens.toLocaleString('en')} tokens of a longer request and cuts the rest silently: give it a larger context window on its server (Ollama: OLLAMA_CONTEXT_LENGTH), or lower memory.session.max_tokens_by_role.`
    return { state: 'degraded', detail }
  },
})
