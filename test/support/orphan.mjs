/** Ends a child process of a test whose test has gone, as `node --import` of this file: it hears so on its stdin. */
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.resume();
// The child must still be able to end by itself.
process.stdin.unref();
