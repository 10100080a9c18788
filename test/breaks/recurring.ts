/** Breaks of what recurs: ticks, what was missed, what overlaps, what code declares. */
import { type Break, change, sql } from './break.js';

const BEHAVIOUR = 'test/behaviour/recurring.spec.ts';

export const RECURRING: readonly Break[] = [
  {
    part: '7.1 recurring: removeSchedule',
    what: 'a schedule that is removed only rests',
    changes: sql(
      'remove-schedule',
      'delete from programma.schedules where',
      'update programma.schedules set paused = true where',
    ),
    spec: BEHAVIOUR,
    red: ['is removed, and its jobs stay'],
  },
  {
    part: '7.1 recurring: addSchedule refuses',
    what: 'an unknown option is passed over',
    changes: change('job/schedule.ts', /if \(!.*KNOWN.*includes\(key\)\)/, 'if (false)'),
    spec: BEHAVIOUR,
    red: ['"overlaps":"skip"'],
  },
  {
    part: '7.1 recurring: addSchedule refuses',
    what: 'a word is not looked at',
    changes: change('job/schedule.ts', 'if (!known.includes(value))', 'if (false)'),
    spec: BEHAVIOUR,
    red: ['"missed":"never"'],
  },
  {
    part: '7.1 recurring: addSchedule refuses',
    what: 'a time zone is not looked at',
    changes: change('job/recurrence.ts', 'checkZone(rule.timeZone);', ''),
    spec: BEHAVIOUR,
    red: ['"timeZone":"Mars"'],
  },
  {
    part: '7.1 recurring: addSchedule refuses',
    what: 'any number of seconds is taken',
    changes: change('job/schedule.ts', '!(seconds >= 1 && seconds <= 1e9)', 'false'),
    spec: BEHAVIOUR,
    red: ['"everySeconds":0'],
  },
  {
    part: '7.1 recurring: addSchedule refuses',
    what: 'a fault of the pattern is not told',
    changes: change('job/recurrence.ts', /`"\$\{pattern\}" is no cron pattern: .*`/, "'It cannot be read.'"),
    spec: BEHAVIOUR,
    red: ['"0 2 * *" {}'],
  },
  {
    part: '7.1 recurring: everySeconds from its anchor',
    what: 'the start is no anchor',
    changes: change('job/recurrence.ts', 'anchorMs: schedule.startsMs ?? 0', 'anchorMs: 0'),
    spec: BEHAVIOUR,
    red: ['from there counts its seconds'],
  },
];
