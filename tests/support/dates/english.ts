// Date expressions in English, labelled by hand. All are said on Tuesday, 24 November 2026, and dates in figures are
// read day first. A label is a day, a stretch of days, `~` a day that a vague expression must contain (within 40 days,
// `~~` within 370), or `-` where no day is spoken of.
export const ENGLISH_EXPRESSIONS = `
I fly to Rome on 11/30/2026 | 2026-11-30
the party is on 30/11/2026 | 2026-11-30
born 1990-05-17 in Haifa | 1990-05-17
meeting 2026-12-01 at 10 | 2026-12-01
the form says 31/02/2026 | -
see you on 1.12 | 2026-12-01
the lease ends 31.12.2026 | 2026-12-31
send it by 5/1/27 please | 2027-01-05
version 1.12 is out | -
it costs 1.12 dollars | -
the ratio is 3/4 | -
I was born on May 3rd, 1985 | 1985-05-03
the wedding was 3 May 2026 | 2026-05-03
we got married on the 3rd of May | 2026-05-03
the exam is on the 3rd of May | 2027-05-03
my birthday is May 17 | 2027-05-17
on Dec 1st I have a dentist | 2026-12-01
what do I have on December 1st? | 2026-12-01
Nov 30 works for me | 2026-11-30
how about Jan 5th? | 2027-01-05
let's say Feb 30 | -
in March I moved to Berlin | 2026-03-01..2026-03-31
in March I will move to Berlin | 2027-03-01..2027-03-31
may I ask you something | -
they march every day | -
since sept. 2025 | 2025-09-01..2025-09-30
the course starts in early June 2027 | ~2027-06-05
we expect her mid-January | ~2027-01-15
late October we went hiking | ~2026-10-25
I bought the car in 2019 | 2019-01-01..2019-12-31
the summer of 2018 was hot | 2018-06-01..2018-08-31
last summer we were in Greece | 2026-06-01..2026-08-31
next spring I start college | 2027-03-01..2027-05-31
I saw the doctor today | 2026-11-24
are you free tonight? | 2026-11-24
I ran five miles this morning | 2026-11-24
the plumber comes tomorrow | 2026-11-25
remind me tmrw | 2026-11-25
noon tomorrow is fine | 2026-11-25
yesterday afternoon it rained | 2026-11-23
I slept badly last night | 2026-11-23
we spoke the day before yesterday | 2026-11-22
she lands the day after tomorrow | 2026-11-26
I have a dentist on Tuesday | 2026-12-01
see you Friday | 2026-11-27
Friday I went to the beach | 2026-11-20
on Monday we signed the contract | 2026-11-23
we meet on Monday | 2026-11-30
last Friday was fun | 2026-11-20
next Monday is a holiday | 2026-11-30
this Thursday at nine | 2026-11-26
this coming Sunday | 2026-11-29
this past Saturday we cooked | 2026-11-21
Thursday at 5pm? | 2026-11-26
I need it by Wednesday | 2026-11-25
every Friday we eat fish | -
on Fridays I swim | -
a week from Friday | 2026-12-04
a week from today | 2026-12-01
it broke a week ago today | 2026-11-17
two weeks from tomorrow | 2026-12-09
in three days we leave | 2026-11-27
three days from now | 2026-11-27
10 days ago I quit smoking | 2026-11-14
the results come in a week | ~2026-12-01
two weeks ago we adopted a cat | ~2026-11-10
I started a month ago | ~2026-10-25
the baby is due in six months | ~2027-05-24
a year and a half ago | ~~2025-05-24
a couple of days ago | 2026-11-22
a few weeks ago | ~2026-11-03
in a fortnight | ~2026-12-08
what's on this week? | 2026-11-23..2026-11-29
last week was hard | 2026-11-16..2026-11-22
next week I'm away | 2026-11-30..2026-12-06
the week after next | 2026-12-07..2026-12-13
this weekend we paint | ~2026-11-28
last weekend we painted | ~2026-11-21
this month is busy | 2026-11-01..2026-11-30
last month I was ill | 2026-10-01..2026-10-31
next month I turn forty | 2026-12-01..2026-12-31
last year we lived in Rome | 2025-01-01..2025-12-31
next year I retire | 2027-01-01..2027-12-31
by the end of the month | ~2026-11-28
at the end of next month | ~2026-12-28
at the beginning of next month | ~2026-12-03
by the end of the week | ~2026-11-28
before the end of the year | ~2026-12-28
rent is due on the 1st | 2026-12-01
the concert is on the 30th | 2026-11-30
we met on the 3rd | 2026-11-03
the first week of December | 2026-12-01..2026-12-07
we open presents on Christmas Eve | 2026-12-24
the shop is closed on Christmas | 2026-12-25
a party on New Year's Eve | 2026-12-31
what are you doing on Valentine's Day? | 2027-02-14
Halloween was fun | 2026-10-31
between 3 and 9 May 2023 | 2023-05-03..2023-05-09
from December 20 to December 27 | 2026-12-20..2026-12-27
we are away Dec 20-27 | 2026-12-20..2026-12-27
20–27 December in the Alps | 2026-12-20..2026-12-27
Monday, 30 November | 2026-11-30
Mon, Nov 30th 2026 | 2026-11-30
on 2026/12/05 | 2026-12-05
my number is 050-12-12 | -
at 10:30 on the dot | -
24/7 support | -
the second of January | 2027-01-02
December twenty-first | 2026-12-21
in two days' time | 2026-11-26
the other day I saw Dan | ~2026-11-22
next Tuesday the 1st | 2026-12-01
Sat morning works | 2026-11-28
I sat down and the sun was out | -
I have been ill since Monday | 2026-11-23
I'm here until Friday | 2026-11-27
the 24th of last month | 2026-10-24
they moved my Rome flight to Friday | 2026-11-27
we moved dinner with Ben to Saturday | 2026-11-28
the exam got pushed to Thursday | 2026-11-26
I promised to call him Thursday | 2026-11-26
I was told the results come on Thursday | 2026-11-26
the doctor said to come back on Thursday | 2026-11-26
they asked me to start on Sunday | 2026-11-29
I signed up for a course that starts on Sunday | 2026-11-29
I got an appointment on Thursday | 2026-11-26
I got tickets for the concert on Saturday | 2026-11-28
he said that on Friday they will meet | 2026-11-27
he said that on Friday they met | 2026-11-20
I need to tell you what happened on Friday | 2026-11-20
I moved to Haifa on Friday | 2026-11-20
I saw my sister's new flat on Friday | 2026-11-20
see you Thu | 2026-11-26
tmr at 8 works | 2026-11-25
2moro then | 2026-11-25
are you free tonite | 2026-11-24
a week on Sunday | 2026-12-06
Sunday week at the latest | 2026-12-06
the Thursday after next | 2026-12-03
the party is 31/12 | 2026-12-31
31/12 | 2026-12-31
3/12 | 2026-12-03
open 24/7 | -
24/7 | -
due by the 3rd | 2026-12-03
the party is the 3rd | 2026-12-03
it was the 3rd time | -
the second Tuesday in January | 2027-01-12
the first Monday of next month | 2026-12-07
the last Friday of the month | 2026-11-27
the day before Christmas | 2026-12-24
two days after New Year's | 2027-01-03
a week after New Year's Day | 2027-01-08
three days before Passover | 2027-04-19
from the 5th to the 9th of December | 2026-12-05..2026-12-09
the weekend after next | 2026-12-11..2026-12-13
NYE at ours? | 2026-12-31
the day after we met | -
last Sunday but one | 2026-11-15
last Friday but one | 2026-11-13
the Sunday before last | 2026-11-15
the Friday before last | 2026-11-13
last week but one | 2026-11-09..2026-11-15
the week before last | 2026-11-09..2026-11-15
last weekend but one | 2026-11-13..2026-11-15
next Monday but one | 2026-12-07
next week but one | 2026-12-07..2026-12-13
the last Monday but one of November | 2026-11-23
the last Sunday but one in October | 2026-10-18
I saw her last Tuesday but one | 2026-11-10
a month ago to the day | 2026-10-24
it is a month to the day | 2026-10-24
a year to the day since we met | 2025-11-24
it has been two weeks to the day | 2026-11-10
three years ago to the day | 2023-11-24
a year to the day | 2025-11-24
exactly a month ago | 2026-10-24
in a month to the day | 2026-12-24
a month from now to the day | 2026-12-24
the last but one | -
all but one came | -
I counted to the day | -
from Sunday to the day of rest | 2026-11-29
last Thursday but one | 2026-11-12
the penultimate Friday of December | 2026-12-18
ten years ago to the day | 2016-11-24
exactly two weeks from today | 2026-12-08
exactly six months ago I quit | 2026-05-24
in exactly two weeks | 2026-12-08
two months to the day since the fire | 2026-09-24
`
