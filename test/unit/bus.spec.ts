/** Who is told of what happened, and whom that cannot harm. */
import { expect, it } from '@jest/globals';
import { Bus } from '../../lib/events/bus.js';

it('harms nobody by a log that fails as the listener did', () => {
  const fails = () => {
    throw new Error('no log');
  };
  const bus = new Bus(fails);
  bus.on('error', fails);
  const heard: string[] = [];
  bus.on('listen', fails);
  bus.on('listen', ({ state }) => heard.push(state));
  expect(() => bus.emit('listen', { state: 'live' })).not.toThrow();
  expect(heard).toEqual(['live']);
});
