/** Asks each configured model for one word, or one vector, also while no data is open: for `doctor` and `setup`. */
import type { Settings } from '../config/settings.ts'
import { askForVector, askForWord } from '../models/model-probe.ts'
import { noKnowledge, noMeter } from '../models/unmetered.ts'
import { createModels, type Models } from './models.ts'
import type { Runtime } from './runtime.ts'

/** A model, and how to ask it. */
export interface ModelTrial {
  /** Such as `language model`. */
  readonly name: string
  /** Provider and model, for people. */
  readonly model: string
  /** @throws DenidinError as the model does */
  readonly ask: (signal: AbortSignal) => Promise<void>
}

/** The models, in the order in which they are asked. */
export const trialsOf = ({ ranked, embedder }: Pick<Models, 'ranked' | 'embedder'>): readonly ModelTrial[] => [
  ...ranked.map(({ language, name }, at) => ({
    name: at === 0 ? 'language model' : `fallback model ${String(at)}`,
    model: at === 0 ? `${language.provider} ${language.model}` : name,
    ask: (signal: AbortSignal) => askForWord(language, signal),
  })),
  {
    name: 'embedding model',
    model: `${embedder.provider} ${embedder.model}`,
    ask: signal => askForVector(embedder, signal),
  },
]

/** The models of the settings; their calls are not metered. */
export const unmeteredTrials = (settings: Settings, runtime: Runtime): readonly ModelTrial[] =>
  trialsOf(createModels(settings, { meter: noMeter, knowledge: noKnowledge }, runtime))
