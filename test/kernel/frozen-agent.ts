/** An agent that captures a cgroup until it is killed. Argument: the cgroup's path below the v2 mount. */
import { createLiveSource } from '../../agent/capture/live.ts';

const source = createLiveSource({ cgroupPath: process.argv[2] ?? '/', selfPid: process.pid });
source.setPolicies([{ cgroupId: 0, port: 0, level: 'heads', messageCap: 4096, expires: source.now() + 60e9 }]);
process.stdout.write('capturing\n');
await source.run({ open() {}, segment() {}, close() {}, tick() {} }, new AbortController().signal);
