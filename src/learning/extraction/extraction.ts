import type { Category, Entity, MemoryRecord } from '../../memory/memory.ts'
import type { RelationType } from '../../memory/memory-log.ts'
import type { MessageId, MessageRecord } from '../../messages/message.ts'
import type { CallContext } from '../../models/language-model.ts'

/** What facts are to be taken from. */
export interface ExtractionInput {
  /** Messages of people and of the assistant, in their order. */
  readonly messages: readonly MessageRecord[]
  /** Which of them are sources; all others, and every word of the assistant, are context alone. */
  readonly sources: ReadonlySet<MessageId>
  /** What is remembered already that the sources may repeat or contradict. */
  readonly known: readonly MemoryRecord[]
  /** What the session was about up to the messages; `undefined` at its beginning. */
  readonly so_far: string | undefined
  /** How much the persons have to do with it, 0 to 1, where whoever asks knows; otherwise it is measured by what they said. */
  readonly activity?: number | undefined
}

/** A relation between two things that a fact is about. */
export interface ExtractedRelation {
  readonly from: string
  readonly to: string
  readonly type: RelationType
  /** 0 to 1. */
  readonly strength: number
}

/** One fact whose quote stands in its source. */
export interface ExtractedFact {
  /** One sentence that names whom it is about. */
  readonly text: string
  readonly quote: string
  readonly source: MessageRecord
  readonly category: Category
  /** 0 to 1, activity blended in. */
  readonly importance: number
  /** Where it was said, milliseconds since the Unix epoch. */
  readonly valid_from: number | undefined
  readonly valid_to: number | undefined
  readonly entities: readonly Entity[]
  readonly relations: readonly ExtractedRelation[]
  /** Memories that the extractor takes it to repeat or to replace: a hint, to be believed only where it is plausible. */
  readonly same_as: string | undefined
  readonly replaces: string | undefined
}

/** What one extraction gave. */
export interface Extraction {
  /** Who extracted: `openai`, `anthropic`, `gemini`, `ollama`, or `pattern` for the rules. */
  readonly provider: string
  readonly facts: readonly ExtractedFact[]
  /** Facts that were left out because their quote stands in no source. */
  readonly unfound: number
  /** A short paragraph about the session. */
  readonly reflection: string
  /** Milliseconds, all providers together. */
  readonly extraction_time_ms: number
}

/**
 * How an extraction is to go. `patient`: where models fail that may be well again later, it fails too instead of
 * falling back to the rules.
 */
export interface ExtractionManner {
  readonly patient: boolean
  readonly call: Omit<CallContext, 'purpose'>
}

/** Takes facts from what people said. */
export interface Extractor {
  /** @throws DenidinError `unavailable` or `timeout` when patient; or the signal's reason when it is aborted. */
  extract(input: ExtractionInput, manner: ExtractionManner): Promise<Extraction>
}
