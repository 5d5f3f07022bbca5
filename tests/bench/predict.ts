// Measures whether the need of the next turn can be foretold from the turns of the same person before it, better than
// from how complex the message looks.
// Usage: npm run bench:predict [-- --data FILE] [--json]
// FILE has LoCoMo's format; a person is one conversation, a turn is one question, and its need are the tokens of the
// evidence with two messages on each side. Without it, people are generated: with levels of their own, a class of
// message that says little, heavy tails, and slow drift. The first half of everybody's turns is there to learn from; each
// turn of the second half is foretold from what came before it, and then learned from.
import { readFileSync } from 'node:fs'
import { COMPLEXITIES, type Complexity } from '../../src/text/complexity/complexity.ts'
import { detectComplexity } from '../../src/text/complexity/detect-complexity.ts'
import { DEFAULT_BUDGET_PROFILES } from '../../src/budget/profiles/budget-profiles.ts'
import { createTokenCounter } from '../../src/text/tokens.ts'
import { randomNumbers } from '../support/random-numbers.ts'
import { option } from './option.ts'

interface Turn {
  readonly complexity: Complexity
  /** Tokens. */
  readonly need: number
}
type History = readonly Turn[]

/** A budget should be enough for so many of all turns. */
const ENOUGH_FOR = 0.9
const NEIGHBOURS = 2

const generated = (): readonly History[] => {
  const random = randomNumbers(1)
  const normal = (): number => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random())
  const factor: Readonly<Record<Complexity, number>> = { simple: 0.8, medium: 1, complex: 1.25, 'multi-system': 1.4 }
  const shares = [0.45, 0.85, 0.96, 1]
  return Array.from({ length: 200 }, () => {
    let level = Math.log(900) + 0.6 * normal()
    return Array.from({ length: 20 + Math.floor(random() * 180) }, () => {
      level += 0.03 * normal()
      const drawn = random()
      const complexity = COMPLEXITIES[shares.findIndex(share => drawn < share)] ?? 'medium'
      return { complexity, need: Math.round(factor[complexity] * Math.exp(level + 0.7 * normal())) }
    })
  })
}

interface Said {
  readonly dia_id: string
  readonly text: string
}
interface Talk {
  readonly conversation: Readonly<Record<string, unknown>>
  readonly qa: readonly {
    readonly question: string
    readonly evidence?: readonly string[]
    readonly asked_at?: string
  }[]
}

const shuffled = <T>(list: readonly T[]): readonly T[] => {
  const random = randomNumbers(list.length)
  return list
    .map(each => ({ each, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ each }) => each)
}

const fromFile = (path: string): readonly History[] => {
  const counter = createTokenCounter()
  return (JSON.parse(readFileSync(path, 'utf8')) as readonly Talk[]).map(({ conversation, qa }) => {
    const said = Object.values(conversation).filter(Array.isArray).flat() as readonly Said[]
    const tokens = said.map(({ text }) => counter.count(text))
    const placeOf = new Map(said.map(({ dia_id }, at) => [dia_id, at]))
    // Questions without a place in the talk are sorted by their kind: their order says nothing about time.
    const isPlaced = qa.some(({ asked_at }) => asked_at !== undefined)
    return (isPlaced ? qa : shuffled(qa)).flatMap(({ question, evidence = [] }) => {
      const places = evidence.flatMap(each => each.split(/[;,\s]+/)).flatMap(id => placeOf.get(id.trim()) ?? [])
      if (places.length === 0) return []
      const near = new Set(
        places.flatMap(at => Array.from({ length: 2 * NEIGHBOURS + 1 }, (_, by) => at - NEIGHBOURS + by)),
      )
      const need = [...near].reduce((sum, at) => sum + (tokens[at] ?? 0), 0)
      return [{ complexity: detectComplexity(question).complexity, need }]
    })
  })
}

const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

interface Predictor {
  readonly name: string
  /** What a turn of this class will need, after the person's own turns so far. */
  foretell(before: History, complexity: Complexity): number
}

/** Learns what it needs from the first halves of everybody. */
type Method = (learnedFrom: readonly History[]) => Predictor

/** One number for all. */
const constant: Method = learned => {
  const all = quantile(
    learned.flat().map(turn => turn.need),
    ENOUGH_FOR,
  )
  return { name: 'one budget for all', foretell: () => all }
}

/** The profiles: a base, times the multiplier of the class. */
const detector: Method = learned => {
  const multipliers = DEFAULT_BUDGET_PROFILES.complexity_multipliers
  const base = quantile(
    learned.flat().map(({ need, complexity }) => need / multipliers[complexity]),
    ENOUGH_FOR,
  )
  return { name: 'detector', foretell: (_before, complexity) => base * multipliers[complexity] }
}

/** Exponentially weighted quantile of the person's own turns, drawn towards that of all while there are few. */
const ownHistory =
  (name: string, sameClass: boolean): Method =>
  learned => {
    const HALF_LIFE_TURNS = 20
    const DOUBT_TURNS = 5
    const everybody = learned.flat()
    const ofAll = new Map(
      COMPLEXITIES.map(each => {
        const needs = everybody.filter(turn => !sameClass || turn.complexity === each).map(turn => turn.need)
        return [each, quantile(needs.length < 10 ? everybody.map(turn => turn.need) : needs, ENOUGH_FOR)]
      }),
    )
    return {
      name,
      foretell: (before, complexity) => {
        const own = before.filter(turn => !sameClass || turn.complexity === complexity)
        const weighted = own
          .map(({ need }, at) => ({ need, weight: 2 ** ((at + 1 - own.length) / HALF_LIFE_TURNS) }))
          .toSorted((one, other) => one.need - other.need)
        const all = ofAll.get(complexity) ?? 0
        const total = weighted.reduce((sum, { weight }) => sum + weight, 0)
        let passed = 0
        const found = weighted.find(({ weight }) => (passed += weight) >= ENOUGH_FOR * total)?.need ?? all
        return (total * found + DOUBT_TURNS * all) / (total + DOUBT_TURNS)
      },
    }
  }

const measured = (people: readonly History[], predictor: Predictor, scale: number) => {
  let [loss, enough, granted, turns] = [0, 0, 0, 0]
  for (const history of people) {
    for (let at = Math.floor(history.length / 2); at < history.length; at++) {
      const turn = history[at]
      if (turn === undefined) continue
      const budget = predictor.foretell(history.slice(0, at), turn.complexity) * scale
      loss += turn.need > budget ? ENOUGH_FOR * (turn.need - budget) : (1 - ENOUGH_FOR) * (budget - turn.need)
      if (turn.need <= budget) enough++
      granted += budget
      turns++
    }
  }
  return { loss: loss / turns, enough: enough / turns, granted: granted / turns, turns }
}

const file = option('--data')
const people = (file === undefined ? generated() : fromFile(file)).filter(history => history.length >= 20)
const halves = people.map(history => history.slice(0, Math.floor(history.length / 2)))
const rows = [constant, detector, ownHistory('own history', false), ownHistory('own history and class', true)].map(
  method => {
    const predictor = method(halves)
    const plain = measured(people, predictor, 1)
    // Made as large as needed to be enough for exactly as many turns: then the tokens granted compare.
    let [low, high] = [0.05, 20]
    for (let step = 0; step < 40; step++) {
      const middle = Math.sqrt(low * high)
      if (measured(people, predictor, middle).enough < ENOUGH_FOR) low = middle
      else high = middle
    }
    return {
      predictor: predictor.name,
      turns: plain.turns,
      loss: Math.round(plain.loss * 10) / 10,
      enough_pct: Math.round(plain.enough * 1000) / 10,
      granted: Math.round(plain.granted),
      granted_at_90_pct: Math.round(measured(people, predictor, high).granted),
    }
  },
)
if (process.argv.includes('--json')) console.log(JSON.stringify({ people: people.length, rows }))
else {
  console.log(`${String(people.length)} people`)
  console.table(rows)
}
