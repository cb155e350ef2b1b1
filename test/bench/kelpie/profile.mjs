// Loaded into the agent with --import when KELPIE_BENCH_PROFILE names a folder. Not --cpu-prof: its sampling signals
// from the first moment on interrupt the kernel's verifier, which then gives up with EAGAIN.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const session = new Session();
session.connect();
setTimeout(() => {
  session.post('Profiler.enable');
  session.post('Profiler.start');
}, 1_000).unref();
process.on('exit', () => {
  session.post('Profiler.stop', (error, result) => {
    if (!error)
      writeFileSync(
        `${process.env.KELPIE_BENCH_PROFILE}/agent-${process.pid}.cpuprofile`,
        JSON.stringify(result.profile),
      );
  });
});
