import { describe, expect, test } from '@jest/globals'
import { toWhatsApp } from '../support/whatsapp-text.ts'
import { wildMarkdown, wildWords } from '../support/random-text.ts'

const lines = (...each: readonly string[]): string => each.join('\n')

describe('inside a line', () => {
  test.each([
    ['bold', 'a **b** c', 'a *b* c'],
    ['bold with underscores', 'a __b__ c', 'a *b* c'],
    ['italic', 'a *b* and _c_', 'a _b_ and _c_'],
    ['bold and italic', '***both***', '_*both*_'],
    ['struck through', 'a ~~b~~ c', 'a ~b~ c'],
    ['bold inside bold', '**a __b__ c**', '*a b c*'],
    ['code', 'run `a * b * c` now', 'run `a * b * c` now'],
    ['code that holds a backtick', '`` a`b ``', '```a`b```'],
    ['code inside bold', '**use `x_y_z`**', '*use `x_y_z`*'],
    ['a link', 'see [the page](https://example.com/a_b_c).', 'see the page (https://example.com/a_b_c).'],
    ['a link with a title', '[page](https://example.com "All of it")', 'page (https://example.com "All of it")'],
    ['a link with brackets', '[a](https://example.com/b_(c))', 'a (https://example.com/b_(c))'],
    ['a bold word in a link', '[a **b**](https://example.com)', 'a *b* (https://example.com)'],
    ['a link that is its own address', '[example.com](https://example.com/)', 'https://example.com/'],
    ['an address for mail', '[ana@example.com](mailto:ana@example.com)', 'ana@example.com'],
    ['an image', '![a map](https://example.com/m.png)', 'a map (https://example.com/m.png)'],
    ['an automatic link', '<https://example.com/a_b_>', 'https://example.com/a_b_'],
    ['an address that stands alone', 'https://example.com/_a_/*b', 'https://example.com/_a_/*b'],
    ['a bold address', '**https://example.com/a**', '*https://example.com/a*'],
    ['escaped marks', String.raw`1\. 5 \* 3 \_ \# \[x\]`, '1. 5 * 3 _ # [x]'],
    ['a break in HTML', 'a<br>b', 'a\nb'],
    ['other angle brackets', '/remember <text> & more', '/remember <text> & more'],
    ['entities', 'a &amp; b&nbsp;&lt;c&gt;', 'a & b <c>'],
  ])('%s', (_what, markdown, expected) => {
    expect(toWhatsApp(markdown)).toBe(expected)
  })

  test.each([
    ['2 * 3 * 4 = 24'],
    ['snake_case_name and a__b__c'],
    ['about ~5 or ~10'],
    ['**not closed'],
    ['a ** b ** c'],
    ['`not closed'],
    ['[not a link] (at all)'],
    ['[not closed](https://example.com'],
    ['5 > 3 < 7'],
    ['C:\\Users\\ana'],
    ['a | b'],
    ['#hashtag'],
    ['-5 degrees'],
  ])('%s stays as it is', text => {
    expect(toWhatsApp(text)).toBe(text)
  })

  test('a style inside a word is left out: WhatsApp would show its marks', () => {
    expect(toWhatsApp('un**believ**able')).toBe('unbelievable')
    expect(toWhatsApp('ה**ספר** הזה')).toBe('הספר הזה')
  })

  test('a style over several lines gets marks on each of them', () => {
    expect(toWhatsApp('a **b\nc *d\ne* f** g')).toBe('a *b*\n*c _d_*\n*_e_ f* g')
  })
})

describe('blocks', () => {
  test('headings become bold lines, with what is styled inside', () => {
    expect(toWhatsApp(lines('# One', '## Two **bold** ##', '### *Three*', 'Four', '===='))).toBe(
      lines('*One*', '*Two bold*', '*_Three_*', '*Four*'),
    )
  })

  test('a rule becomes a line', () => {
    expect(toWhatsApp(lines('a', '', '---', '', 'b', '* * *', 'c'))).toBe(
      lines('a', '', '──────────', '', 'b', '──────────', 'c'),
    )
  })

  test('lists keep their order and show their depth', () => {
    const markdown = lines(
      '- a **b**',
      '  - c',
      '      - d',
      '   * e',
      '- f',
      '',
      '1. g',
      '   - h',
      '2) i',
      '- [ ] j',
      '- [x] k',
    )
    expect(toWhatsApp(markdown)).toBe(
      lines('• a *b*', '  ◦ c', '    ▪ d', '  ◦ e', '• f', '', '1. g', '  ◦ h', '2) i', '☐ j', '☑ k'),
    )
  })

  test('an item of several lines and paragraphs stays together', () => {
    expect(toWhatsApp(lines('1. a', '   b *c*', '', '   d', '2. e', '', 'f'))).toBe(
      lines('1. a', '  b _c_', '', '  d', '2. e', '', 'f'),
    )
  })

  test('code between fences stays as it is, without the name of its language', () => {
    const code = lines('const a = **b**', '  # no heading', '', '| a | b |', '- c')
    expect(toWhatsApp(lines('x', '```js', code, '```', 'y'))).toBe(lines('x', '```', code, '```', 'y'))
    expect(toWhatsApp(lines('~~~', '*a*', '~~~'))).toBe(lines('```', '*a*', '```'))
    expect(toWhatsApp(lines('```', '*a*'))).toBe(lines('```', '*a*', '```'))
    expect(toWhatsApp(lines('a', '', '    *b* c', '', 'd'))).toBe(lines('a', '', '    *b* c', '', 'd'))
  })

  test.each([
    ['1. one\n2. two\nThen rest', '1. one\n2. two\nThen rest'],
    ['- one\n- two\nThen\nrest', '• one\n• two\nThen\nrest'],
    ['- one\n  more\n- two\n  more', '• one\n  more\n• two\n  more'],
    ['- one\n  - two\nThen rest', '• one\n  ◦ two\nThen rest'],
    ['1. one\nhow\n2. two', '1. one\nhow\n2. two'],
  ])('a line at the margin below a list stays at the margin: %j', (markdown, expected) => {
    expect(toWhatsApp(markdown)).toBe(expected)
  })

  test('code inside a list loses the indentation of the list alone', () => {
    expect(toWhatsApp(lines('1. a', '   ```', '   b', '     c', '   ```', '2. d'))).toBe(
      lines('1. a', '```', 'b', '  c', '```', '2. d'),
    )
  })

  test('an item that begins with code keeps its number above the code', () => {
    expect(toWhatsApp(lines('1. ```', '   x', '   ```', '2. b'))).toBe(lines('1.', '```', 'x', '```', '2. b'))
  })

  test('a link to a definition shows the address, and the definition stays', () => {
    expect(toWhatsApp(lines('see [the page][1]', '', '[1]: https://example.com'))).toBe(
      lines('see the page (https://example.com)', '', '[1]: https://example.com'),
    )
  })

  test('a text nested thousands deep is sent as it is', () => {
    const deep = `${'> '.repeat(5000)}word`
    expect(toWhatsApp(deep)).toContain('word')
  })

  test('quotes are marked on every line, those inside a quote no deeper', () => {
    expect(toWhatsApp(lines('> a **b**', '>> c', '>', '> - d'))).toBe(lines('> a *b*', '> c', '', '> • d'))
  })

  test('a table of two columns becomes lines of the form "a: b"', () => {
    expect(toWhatsApp(lines('| Name | Price |', '|:-----|------:|', '| Tea \\| x | **3** |', '| Milk | |'))).toBe(
      lines('*Name – Price*', '• Tea | x: *3*', '• Milk'),
    )
  })

  test('a narrow table of more columns stands under each other, in fixed width', () => {
    expect(toWhatsApp(lines('A | B | C', '---|---|---', 'one | **2** | 3', '1 | twenty | 3'))).toBe(
      lines('```', 'A    B       C', 'one  2       3', '1    twenty  3', '```'),
    )
  })

  test('a wide table becomes one paragraph a row, each value with its heading', () => {
    const markdown = lines(
      '|Name|What it is|Where|',
      '|-|-|-|',
      '|Rex|a dog who likes long walks|garden|',
      '|Tom|a cat||',
    )
    expect(toWhatsApp(markdown)).toBe(
      lines(
        '*Name: Rex*',
        '• What it is: a dog who likes long walks',
        '• Where: garden',
        '',
        '*Name: Tom*',
        '• What it is: a cat',
      ),
    )
  })

  test('a Hebrew table is never set in fixed width', () => {
    expect(toWhatsApp(lines('|א|ב|ג|', '|-|-|-|', '|1|2|3|'))).toBe(lines('*א: 1*', '• ב: 2', '• ג: 3'))
  })
})

test('marks alone stay as they are', () => {
  expect(toWhatsApp('![]()')).toBe('![]()')
  expect(toWhatsApp('')).toBe('')
})

test('a text without marks stays the same, however it is broken into lines', () => {
  const plain = lines(
    'Hello Ana,',
    '',
    'how are you? It is 12:30 – time for tea.',
    '  Rex says "hi" (twice).',
    '',
    '',
    'שלום! מה שלומך?',
    '🐶🐱 100% & more',
  )
  expect(toWhatsApp(plain)).toBe(plain)
})

test('whatever the marks, no word is lost', () => {
  for (let seed = 1; seed <= 3000; seed++) {
    const markdown = wildMarkdown(seed)
    const kept = new Set(wildWords(toWhatsApp(markdown)))
    // What stands behind an opening fence names the language of the code; it is the one thing that is left out.
    const languages = new Set(wildWords((markdown.match(/^.*(?:`{3}|~{3}).*$/gm) ?? []).join('\n')))
    const missing = wildWords(markdown).filter(word => !kept.has(word) && !languages.has(word))
    expect({ seed, missing }).toEqual({ seed, missing: [] })
  }
})

test('long texts and long runs of opening marks are read in good time', () => {
  const began = performance.now()
  for (const mark of ['[', '*a ', '**a', '`', '`` ` ', '![', '_a', '|', '> ', '- ']) toWhatsApp(mark.repeat(5000))
  for (const line of ['- a', 'a\n', '> a', '| a | b |']) toWhatsApp(`${line}\n`.repeat(10_000))
  expect(performance.now() - began).toBeLessThan(10_000)
})
