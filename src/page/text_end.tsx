/** The end of what is asked: a yes counts once it was on the screen, because before that nobody has read all of it. */
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { PageStore } from "./page_store.ts";

interface TextEndProps {
  readonly store: PageStore;
  /** Of the request. */
  readonly id: string;
}

/** Stands behind the last line, within what scrolls. What the answers cover is not on the screen. */
export function TextEnd({ store, id }: TextEndProps) {
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (mark.current === null || store.readEnds.has(id)) return;
    const covered = document.querySelector<HTMLElement>(".answers")?.offsetHeight ?? 0;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      store.readEnds.add(id);
      store.changed();
    }, { rootMargin: `0px 0px -${covered}px 0px` });
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, [id]);
  return <span ref={mark} class="text-end" aria-hidden="true" />;
}
