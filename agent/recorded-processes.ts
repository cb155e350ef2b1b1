/** Names of processes found out on the live machine, written to its recording: /proc is not there when it is played. */
import type { Processes } from './attribution/processes.ts';
import type { RecordingFacts } from './capture/recording-facts.ts';
import type { RecordingFact } from './capture/recording-format.ts';

/** Facts remembered as told; past it they are told again. */
const remembered = 10_000;

/** `processes`, each of whose answers is told to `tell` once. */
export function createRecordedProcesses(processes: Processes, tell: (fact: RecordingFact) => void): Processes {
  const told = new Set<string>();
  const tellOnce = (key: string, fact: RecordingFact): void => {
    if (told.has(key)) return;
    if (told.size >= remembered) told.clear();
    told.add(key);
    tell(fact);
  };
  return {
    nameOf(pid, comm) {
      const name = processes.nameOf(pid, comm);
      tellOnce(`process ${pid} ${comm}`, { kind: 'process', pid, comm, name });
      return name;
    },
    ownerOf(socket, cgroupPath) {
      const owner = processes.ownerOf(socket, cgroupPath);
      if (owner) tellOnce(`owner ${socket.cookie}`, { kind: 'owner', cookie: socket.cookie, ...owner });
      return owner;
    },
  };
}

/** The same answers, out of the recording. */
export function createReplayedProcesses(facts: RecordingFacts): Processes {
  return {
    nameOf: (pid, comm) => facts.nameOf(pid, comm) ?? comm,
    ownerOf: (socket) => facts.ownerOf(socket.cookie),
  };
}
