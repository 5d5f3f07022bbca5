/** Lets the analyser compile its patterns in steps, before a text has to wait for them. */
import { yieldToEventLoop } from '../../platform/yield.ts'
import { questionWordsOf } from './analyser.ts'

/** Each needs patterns, or forms of them, that those before do not: letters of one byte, of two, figures and signs. */
const TEXTS = ['hello world', 'שלום לכם', 'José’s 12:30 on 2026-01-01, +972-50-1234567 מ-C++', 'Привет, 東京']

let prepared: Promise<void> | undefined

/** The first text of a process takes 27 ms of the processor, most of them for patterns: with this, no step takes as long. */
export const prepareAnalyser = (): Promise<void> => (prepared ??= prepare())

const prepare = async (): Promise<void> => {
  for (const text of TEXTS) {
    questionWordsOf(text)
    await yieldToEventLoop()
  }
}
