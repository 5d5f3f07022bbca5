/** Learns from each conversation in the way that its stage of a rollout allows. */
import { scopeOfPerson, type Scope } from '../messages/scope.ts'
import type { FeatureGate } from '../rollout/feature-gate.ts'
import type { Extraction, ExtractionInput, ExtractionOptions, Extractor } from './extraction/extraction.ts'
import type { SessionMemory } from './session-memory.ts'

/** Remembers facts of conversations that have them, and one summary of each other session. */
export const createStagedMemory = (
  gate: FeatureGate,
  { facts, summaries }: { readonly facts: SessionMemory; readonly summaries: SessionMemory },
): SessionMemory => ({
  remember: async (session, options) =>
    await ((await gate.has('use_schema_v2', session.scope)) ? facts : summaries).remember(session, options),
})

/** Extracts facts with models in conversations that have them, and with rules in all others. */
export class StagedExtractor implements Extractor {
  readonly #gate: FeatureGate
  readonly #models: Extractor
  readonly #rules: Extractor

  constructor(gate: FeatureGate, { models, rules }: { readonly models: Extractor; readonly rules: Extractor }) {
    this.#gate = gate
    this.#models = models
    this.#rules = rules
  }

  async extract(input: ExtractionInput, options: ExtractionOptions): Promise<Extraction> {
    const has = await this.#gate.has('enable_llm_entity_extraction', scopeOfCall(options.call))
    return await (has ? this.#models : this.#rules).extract(input, options)
  }
}

/** A call for no person is one for a group. */
const scopeOfCall = ({ person_id, chat_id }: ExtractionOptions['call']): Scope =>
  person_id === undefined ? `chat:${chat_id ?? ''}` : scopeOfPerson(person_id)
