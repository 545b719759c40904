/** A capsule that keeps the number of each event before it has answered it, a process under a key of its own. */

/** Its command `wait` answers with `mark` after so many ms, and `heard` with the numbers, those of a process as one list. */
export function countingMain(topic: string, mark: string): string {
  return `
    const own = "${mark}-" + crypto.randomUUID();
    const heard: number[] = [];
    let writing: Promise<void> | undefined;
    export default (capsule: any) => {
      const write = async () => {
        await Promise.resolve();
        const numbers = [...heard];
        await capsule.kv.set(own, numbers);
        return numbers.length;
      };
      // One write at a time, of all that came until it begins.
      let last: Promise<number> = Promise.resolve(0);
      const kept = async (count: number) => {
        while (await last < count) {
          const before = last;
          await before;
          if (last === before) last = write();
        }
      };
      capsule.on("${topic}", async ({ seq }: any) => await kept(heard.push(seq)));
      capsule.on("lost", async ({ data: { from, to } }: any) => await capsule.kv.set("lost-" + own, [from, to]));
      capsule.command("wait", ([ms]: string[]) =>
        new Promise((done) => setTimeout(() => done("${mark}"), Number(ms))));
      capsule.command("heard", async () => {
        const lists: unknown[] = [];
        for (const key of await capsule.kv.list()) lists.push([key, await capsule.kv.get(key)]);
        return JSON.stringify(lists);
      });
    };`;
}

/** The numbers that were heard, sorted, and the keys under which events were told as lost. */
export function heardOf(pairs: readonly (readonly [string, readonly number[]])[]) {
  return {
    heard: pairs.filter(([key]) => !key.startsWith("lost-")).flatMap(([, numbers]) => numbers).sort((a, b) => a - b),
    lost: pairs.filter(([key]) => key.startsWith("lost-")),
    processes: pairs.length,
  };
}
