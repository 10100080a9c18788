/** Who is told of what happened, and whom that cannot harm. */
import { expect, it } from '@jest/globals';
import { Bus } from '../../lib/events/bus.js';

it('lets every listener hear, whatever the ones before it throw, and says what they threw', () => {
  const fails = () => {
    throw new Error('no');
  };
  const said: string[] = [];
  const bus = new Bus((_, where) => said.push(where));
  bus.on('error', fails);
  const heard: string[] = [];
  bus.on('listen', fails);
  bus.on('listen', ({ state }) => heard.push(state));
  bus.emit('listen', { state: 'live' });
  expect([heard, said]).toEqual([['live'], ['a listener of error', 'a listener of listen']]);
});
