import { setFlagsFromString } from "node:v8";

// Node 24 compiles baseline code on another thread. When that thread waits for a garbage collection while the program exits, Node waits
// for the thread and neither ever goes on (nodejs/node#54918): about one run in a hundred hung at its end. Node 20 and 22 have it off.
setFlagsFromString("--no-concurrent-sparkplug");

// A long conversion makes much that it needs for a moment only. By itself V8 lets the heap double before it looks; so the peak is a tenth lower (docs/performance.md).
setFlagsFromString("--heap-growing-percent=40");
