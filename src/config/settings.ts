/**
 * The whole configuration, validated and frozen. Only `app/` sees it; a feature takes its own narrow settings.
 * Keys are named as in the file.
 */
export interface Settings {
  readonly feature_flags: {
    readonly enable_memory_system: boolean
    readonly use_schema_v2: boolean
    readonly enable_llm_entity_extraction: boolean
    readonly enable_anthropic: boolean
    readonly enable_ollama: boolean
    readonly enable_conscious_agent: boolean
  }
  /** Digits; `undefined` when none is configured or a placeholder stands there. */
  readonly godfather_phone: string | undefined
  readonly user_roles: { readonly blocked_phones: readonly string[] }
  readonly data_root: string
  readonly logs_dir: string
  readonly log_level: 'debug' | 'info' | 'warn' | 'error'
  readonly openai_api_key: string | undefined
  readonly anthropic_api_key: string | undefined
  readonly gemini_api_key: string | undefined
  readonly ai: {
    readonly provider: 'openai' | 'offline'
    readonly base_url: string | undefined
    readonly model: string
    readonly temperature: number
    readonly max_tokens: number
    readonly system_prompt_file: string | undefined
    /** Seconds for one answer, all attempts together. */
    readonly timeout_seconds: number
    /** Attempts after the first. */
    readonly retries: number
  }
  readonly embeddings: {
    readonly provider: 'openai' | 'offline'
    readonly base_url: string | undefined
    readonly api_key: string | undefined
    readonly model: string
    readonly dimensions: number | undefined
  }
  readonly affect: {
    /** −1 to 0: a message that feels worse is answered with more sympathy. */
    readonly valence_threshold: number
  }
  readonly conversation: {
    /** Messages of one chat within this time become one turn. */
    readonly debounce_ms: number
    /** Turns under way at once over all chats. */
    readonly max_concurrent_turns: number
    readonly pacing: {
      /** Characters that a second of typing stands for; 0: no pause before a reply. */
      readonly characters_per_second: number
      readonly longest_pause_seconds: number
      /** Least time from one message to the next, in one chat and over all. */
      readonly chat_gap_ms: number
      readonly global_gap_ms: number
      /** Share by which each of these times is lengthened at random. */
      readonly jitter: number
    }
    /** `HH:MM-HH:MM`. */
    readonly quiet_hours: string | undefined
    /** IANA name; `undefined`: the machine's. */
    readonly time_zone: string | undefined
    /** Older messages are kept as history and not answered. */
    readonly answer_within_hours: number
    /** Quiet time of the bot in a chat in which its owner wrote; 0: none. */
    readonly takeover_minutes: number
  }
  readonly memory: {
    readonly godfather_scope: 'own' | 'all'
    readonly session: {
      readonly max_tokens_by_role: { readonly client: number; readonly godfather: number }
      readonly session_timeout_hours: number
      readonly expiry_cron: string
      readonly cleanup_cron: string
      readonly expired_retention_days: number
    }
    readonly longterm: {
      readonly enabled: boolean
      readonly top_k_results: number
      /** `undefined`: by embedding model. */
      readonly min_similarity: number | undefined
      readonly recall_tokens: number
      readonly semantic_weight: number
      readonly recency_weight: number
      /** Relative to `data_root`, never going up; absolute when it lies elsewhere. */
      readonly storage_dir: string
      readonly collection_name: string
      readonly reranker: {
        readonly kind: 'none' | 'linear' | 'http'
        readonly url: string | undefined
        readonly model: string | undefined
        readonly api_key: string | undefined
      }
      readonly chroma: { readonly mode: 'managed' | 'remote'; readonly url: string | undefined }
    }
    readonly agent: { readonly interval_hours: number }
    readonly reflections: { readonly retention_days: number }
    readonly extraction: {
      /** Seconds for one attempt. */
      readonly timeout_seconds: number
      /** Attempts of one provider after the first. */
      readonly retries: number
      readonly anthropic: ExtractionEndpoint
      readonly gemini: ExtractionEndpoint
      readonly ollama: ExtractionEndpoint
    }
  }
  readonly whatsapp: {
    readonly enabled: boolean
    /** Digits; when given, linking shows a pairing code instead of a QR code. */
    readonly pairing_phone: string | undefined
    /** Path of the Chrome or Chromium to use; `undefined`: system, then bundled. */
    readonly browser_path: string | undefined
    readonly browser_args: readonly string[]
    /** In MiB. */
    readonly browser_memory_mb: number
  }
}

/** Where a further provider of extraction is found. */
export interface ExtractionEndpoint {
  readonly base_url: string
  readonly model: string
}
