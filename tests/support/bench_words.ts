/** What the budgets mean in plain words, and why one that is missed is missed. docs/benchmarks.md is made of both. */

/** What each number says to somebody who uses the program. */
export const BUDGET_MEANINGS: Readonly<Record<string, string>> = {
  B1: "How long after an agent has reported something a window hears of it, on an idle machine.",
  B2:
    "How many events a second the daemon takes, journals and gives to ten windows when agents report without a pause.",
  B3: "How long the daemon takes from its spawn until it answers.",
  B4: "What a hook adds to a step of an agent: the whole process that the agent starts and waits for.",
  B5: "How long a person waits for `ls`, with the start of its process.",
  B6: "How much memory the daemon has for itself, beyond that of any Deno program.",
  B7: "How long a start takes with a million events in the journal.",
  B8: "Whether an event costs more with many sessions or windows, and how long others wait for what is large.",
  B9: "How much of a core the daemon takes while nothing happens.",
  B10: "Whether the dashboard and the page are smooth and small with 200 busy sessions.",
  B11: "How much larger our compiled programs are than one that only says hello.",
};

export interface MissedReason {
  /** Where the time, the memory or the bytes go, as a profile shows it. */
  readonly profile: string;
  readonly needed: string;
}

/** Id of a row → why it is missed. It stands on the page only while the row is missed. */
export const MISSED: Readonly<Record<string, MissedReason>> = {
  B1: {
    profile:
      "Samples of the daemon (`perf record` with V8's map of its code, 15,000 reports one at a time): 59 % of them " +
      "are in the runtime's own binary (V8's builtins, its collector, the operations of sockets and files), 21 % in compiled " +
      "JavaScript, 11 % in the kernel, 7 % in libc. No function of ours takes more than 4 %: sha256 of the record 3.5 %, the " +
      "expressions that look for secrets 3 %. A report is parsed, redacted, decided, hashed, appended and written to two " +
      "sockets; the echo writes the bytes that it read. A `session.update` has no payload of an agent, takes two fifths of " +
      "that, and is beside an echo of its own size. The 99th percentile grows with the machine's other work.",
    needed:
      "fewer crossings between JavaScript and the runtime for each event: one write for the answer and the event, a " +
      "hash in native code that leaves no objects behind, and a file API that appends without a copy.",
  },
  B2: {
    profile: "The same path as in B1, without the waits between events; Redis parses nothing of an event.",
    needed: "what B1 needs.",
  },
  B3: {
    profile:
      "System calls of a start with their times (`strace -r`), as parts of the time until the socket listens: 49 % " +
      "until the first of our files is read, and with it all others that it can name; 37 % until the first file of the home " +
      "is opened, in which V8 links 0.5 MB of modules from its code cache and runs their top level (schemas, tables); 14 % " +
      "for the lock, the journal and the socket. By CPU time, the least of ten starts in turns on a busy machine: 18 ms for " +
      "the counterpart, 69 prebuilt, 150 from source. Without the 22 modules that put hooks into agents' settings, which are " +
      "loaded no more, and with a heap that does not grow around freed blocks, it is 10 % and 6 % less than before. From " +
      "source each of 391 files is a module of its own.",
    needed:
      "a heap snapshot of the loaded program, which Deno offers only to those who build the runtime; short of that, late " +
      "parts that are not read at the start (B6), and rules, tables of risks and the broker loaded at the first request: a " +
      "sixth of the text, in a path that opens requests without a wait now.",
  },
  B4: {
    profile:
      "System calls of `hook claude` (`strace -r`): 60 % of the process is over before the first of our files is " +
      "opened, 21 % goes by until it connects, 13 % until the answer came and the process ends. The counterpart pays the " +
      "first part too. An event that may wait for a decision starts the stub and then this program, one after the other; " +
      "one that only reports needs the stub alone, and takes about half of what the counterpart does.",
    needed:
      "a native client for hooks that wait, or a stub that can wait itself; both would be a second implementation of " +
      "the rules for what happens when the daemon does not answer.",
  },
  B6: {
    profile:
      "RssAnon with 1,000 sessions, half a minute after they came: 9.2 MB for the counterpart, 17.5 to 18.1 prebuilt and " +
      "31 to 33 from source. Before the C library's heap was kept from growing around freed blocks, and the daemon from loading " +
      "what puts hooks into settings, it was 18.1 to 22.4 and 34. A heap snapshot of the loaded program holds 2.9 MB more " +
      "than a bare one: 0.7 of texts (0.5 is the source), 0.3 of closures, 0.5 of objects and their shapes, 0.1 of bytecode; " +
      "1,373 schemas with their closures are 0.3 of it. V8 takes 4.3 MB for these. The runtime holds 0.7 MB of late parts, " +
      "which it reads with the first file because that names them. After a burst V8 keeps pages that it may fill again. " +
      "From source the text of every module stays, with types and comments.",
    needed:
      "late parts that are named at run time are not read at the start: 1.3 MB less in a new home. The daemon must then be " +
      "allowed to read its own program, and its version must stay until it ends. The rest is a smaller program at rest, as " +
      "in B3.",
  },
  B7: {
    profile:
      "A start without a snapshot, sampled while it reads 36,000 records of turns: V8's collector takes 20 to 25 % of " +
      "the time, `JSON.parse` 20 %, sha256 20 % (for each hash `node:crypto` makes an object and calls the runtime three " +
      "times), the replay 13 % (a row is found, made anew and put back), the check that a line ends as the next record must " +
      "4 %. By CPU time for each record: hash alone 3.5 µs, with the parsing and the checks 8.5, with the replay 13. The " +
      "counterpart hashes and parses the same lines with V8's own size of the young generation, and keeps nothing.",
    needed:
      "a hash in one call that leaves no object behind, and a larger young generation while the journal is read, which V8 " +
      "takes at its start only: the daemon would keep it, against B6. A start with a snapshot, as all but those after a lost " +
      "or refused one are, reads the tail alone.",
  },
  B8: {
    profile:
      "One slice of long work runs in each turn of the event loop, whatever is under way, and takes 5 ms. A `ping` waits " +
      "for one or two of them, for 2 ms each of signing and of the check of what a start did not read, for the copy of the " +
      "references to all rows with which a list or a snapshot begins (a few ms), and for V8's collector: it empties its " +
      "young generation in 2 to 5 ms, with helper threads that on one core stand in line behind the bench's own processes, " +
      "which the measure cannot leave out.",
    needed:
      "rows that are kept as a tree that shares what did not change, so that an instant is one reference, and a collector " +
      "without helper threads where the machine has no core for them.",
  },
  B11: {
    profile:
      "What is embedded is the program's own text: the client has 1.2 MB of an MCP server with its schemas, 1.0 MB " +
      "of commands, 0.8 MB of a dashboard. The daemon alone keeps within the goal.",
    needed: "modules that the windows share instead of a copy in each, or embedded text that is compressed, which " +
      "Deno's compiler does not offer.",
  },
  statusline: {
    profile:
      "System calls of `statusline` with their times (`strace -f`), from source: 4 % of the process is the shell stub, " +
      "another 41 % is over before the first of our files is opened, which the counterpart pays too; 23 % go by until the last " +
      "of 49 files is, 21 % until it connects, 11 % until the answer came and the process ends. With a command of the user's " +
      "it starts that too, and hands its output on.",
    needed: "what B4 needs: a native client, or a stub that reports by itself.",
  },
  "hook rule": {
    profile:
      "The process of `hook claude` in B4, and 4 ms more: the daemon decides by the rule, and has the records of the " +
      "request and of its answer on the disk before the hook hears of it.",
    needed: "what B4 needs.",
  },
  signing: {
    profile:
      "A checkpoint reads back what was written since the last one and hashes each record three times: to see that " +
      "the record is whole, as a leaf of the tree and for a node of it: 7, 6 and 2 of the 20 µs of CPU that a record of 770 " +
      "bytes takes on a busy machine; the rest reads it, looks at its end and adds it to the tree. The hashes are JavaScript, because those of `node:crypto` cost 50 ms of a start and leave objects in memory. It is done in slices " +
      "of 2 ms with pauses, in quiet moments or when 131,072 records have come, so an event that is reported does not wait. " +
      "In two runs in a row it took 24 and 28 µs of CPU for each event of the bench, pauses included, and the event alone " +
      "64 and 84.",
    needed:
      "a native hash without that price, or the leaf's hash made at the append, where the bytes are at hand, which " +
      "would put its time on the path of every event.",
  },
};
