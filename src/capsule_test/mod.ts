/** Plays the test of a capsule: a process of it in its sandbox, with doubles of all that is outside. No daemon is asked. */
export { type CapsuleTest, readTest, TEST_FILE, usualTest } from "./test_text.ts";
export { type PlayedStep, playTest } from "./play.ts";
