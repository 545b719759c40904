/** The turns of agents and the jobs with a schedule, in their groups: what runs first. */
import { Fragment, h } from "preact";
import { type WorkView } from "../view/work_items.ts";
import { WORK_LOOKS } from "../view/work_looks.ts";
import { groupsOf, rowButton } from "./parts.tsx";

interface WorkRowsProps {
  readonly work: WorkView;
  /** The row whose detail is drawn. */
  readonly shown: string | undefined;
}

export function WorkRows({ work: { groups, hidden }, shown }: WorkRowsProps) {
  return (
    <>
      {groupsOf(groups, ({ id, state, name, who, about, time }) => (
        <li key={id}>
          {rowButton({
            session: id,
            kind: `state-${state === "failed" ? "error" : state}`,
            look: WORK_LOOKS[state],
            name,
            marks: [who],
            time,
            about,
            isShown: id === shown,
          })}
        </li>
      ))}
      {groups.length === 0 && hidden === 0 && <p class="empty">Nothing runs, and no job has a schedule.</p>}
      {hidden > 0 && <p class="note">{hidden} more that the filter leaves out</p>}
    </>
  );
}
